-- 广告公司: who makes our material, what they offered for each job, and how the work was found (R7.187).
create table display_agency (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    name       TEXT {by_bytes} not null unique,
    work       TEXT   not null,
    contact    TEXT   not null,
    state      TEXT   not null check (state in ('active', 'stopped')),
    note       TEXT   not null,
    made_by    TEXT   not null,
    changed_us BIGINT not null
);

create table display_job (
    id           TEXT {by_bytes} not null primary key,
    version      BIGINT not null,
    title        TEXT   not null,
    territory    TEXT {by_bytes} not null,
    -- What it is thought to cost, fen.
    estimate     BIGINT not null check (estimate >= 0),
    due_on       TEXT   not null,
    state        TEXT   not null check (state in ('quoting', 'chosen', 'inspected', 'cancelled')),
    agency       TEXT {by_bytes} not null,
    amount       BIGINT not null check (amount >= 0),
    chosen_by    TEXT   not null,
    chosen_on    TEXT,
    why          TEXT   not null,
    -- 1 to 5; 0 while nobody looked.
    quality      BIGINT not null check (quality between 0 and 5),
    punctual     BIGINT not null check (punctual between 0 and 5),
    findings     TEXT   not null,
    photo        TEXT   not null,
    inspected_by TEXT   not null,
    inspected_on TEXT,
    made_by      TEXT   not null,
    changed_us   BIGINT not null
);
create index display_job_by_area on display_job (territory, id);
create index display_job_by_agency on display_job (agency, state);

create table display_quote (
    job    TEXT {by_bytes} not null references display_job (id),
    agency TEXT {by_bytes} not null references display_agency (id),
    amount BIGINT not null check (amount > 0),
    days   BIGINT not null check (days > 0),
    note   TEXT   not null,
    who    TEXT   not null,
    at_us  BIGINT not null,
    primary key (job, agency)
);
