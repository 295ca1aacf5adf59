-- 受理权限: the level a partner, outlet or work ID holds from a day on, and whether it is suspended (R1.9, R1.36).
create table acceptance_holder (
    kind             TEXT {by_bytes} not null check (kind in ('partner', 'outlet', 'clerk')),
    holder           TEXT {by_bytes} not null,
    version          BIGINT not null,
    territory        TEXT {by_bytes} not null,
    partner          TEXT {by_bytes} not null,
    outlet           TEXT {by_bytes} not null,
    suspended_us     BIGINT,
    suspended_by     TEXT,
    suspended_reason TEXT,
    primary key (kind, holder)
);
create index acceptance_holder_by_territory on acceptance_holder (territory, kind, holder);
create index acceptance_holder_by_partner on acceptance_holder (partner, kind, holder);
create index acceptance_holder_by_outlet on acceptance_holder (outlet, kind, holder);

create table acceptance_grant (
    kind           TEXT {by_bytes} not null,
    holder         TEXT {by_bytes} not null,
    level          TEXT   not null,
    certificate    TEXT   not null,
    certificate_to TEXT,
    effective_from TEXT   not null,
    effective_to   TEXT,
    set_by         TEXT   not null,
    reason         TEXT   not null,
    at_us          BIGINT not null,
    primary key (kind, holder, effective_from),
    foreign key (kind, holder) references acceptance_holder (kind, holder),
    check (effective_to is null or effective_from < effective_to)
);

-- Counts every change, so that whoever keeps the levels in memory knows whether they are still these.
create table acceptance_revision (
    id       BIGINT not null primary key check (id = 1),
    revision BIGINT not null
);
insert into acceptance_revision (id, revision) values (1, 0);

-- What was taken on a day, for the daily limits.
create table acceptance_usage (
    day       TEXT {by_bytes} not null,
    kind      TEXT {by_bytes} not null,
    holder    TEXT {by_bytes} not null,
    orders    BIGINT not null,
    amount    BIGINT not null,
    territory TEXT {by_bytes} not null,
    partner   TEXT {by_bytes} not null,
    outlet    TEXT {by_bytes} not null,
    clerk     TEXT {by_bytes} not null,
    primary key (day, kind, holder)
);

-- Every order that was refused, with the reason, for good.
create table acceptance_refusal (
    id        TEXT {by_bytes} not null primary key,
    at_us     BIGINT not null,
    code      TEXT   not null,
    zh        TEXT   not null,
    en        TEXT   not null,
    business  TEXT   not null,
    amount    BIGINT not null,
    login     TEXT   not null,
    clerk     TEXT {by_bytes} not null,
    outlet    TEXT {by_bytes} not null,
    partner   TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null
);
create index acceptance_refusal_by_time on acceptance_refusal (at_us, id);
create index acceptance_refusal_by_outlet on acceptance_refusal (outlet, at_us, id);
