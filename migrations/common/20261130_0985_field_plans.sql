-- What the system proposed for a planned day, which stays visible when somebody moves it, and why it was moved (R2.12).
alter table field_plan add column proposed TEXT not null default '[]';
alter table field_plan add column reason TEXT not null default '';

-- Tasks of a day that were put off, each with its reason (R7.96).
create table field_put_off (
    manager TEXT {by_bytes} not null,
    day     TEXT   not null,
    -- The record behind the task.
    record  TEXT {by_bytes} not null,
    to_day  TEXT   not null,
    reason  TEXT   not null,
    at_us   BIGINT not null,
    primary key (manager, day, record)
);
