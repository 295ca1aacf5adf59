-- 工作记录: what somebody did for a duty on a day (R8.94).
create table access_work (
    id      TEXT   not null primary key,
    duty    TEXT   not null,
    login   TEXT {by_bytes} not null references access_person (login),
    day     TEXT   not null,
    subject TEXT   not null,
    about   TEXT   not null,
    at_us   BIGINT not null
);
create index access_work_by_duty on access_work (duty, day);
create index access_work_by_login on access_work (login, day);
