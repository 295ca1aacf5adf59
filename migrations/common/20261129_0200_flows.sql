-- 审批流程: definitions that were used, so that what runs stays on the version it began under (R8.35).
create table flow_definition (
    flow         TEXT {by_bytes} not null,
    version      BIGINT not null,
    sha256       TEXT   not null,
    body         TEXT   not null,
    published_by TEXT   not null,
    at_us        BIGINT not null,
    primary key (flow, version)
);

-- 申请: a flow on its way.
create table flow_instance (
    id           TEXT {by_bytes} not null primary key,
    version      BIGINT not null,
    flow         TEXT   not null,
    definition   BIGINT not null,
    starter      TEXT {by_bytes} not null,
    starter_name TEXT   not null,
    territory    TEXT {by_bytes} not null,
    state        TEXT   not null check (state in
        ('draft', 'in_review', 'returned', 'taken_back', 'executing', 'approved', 'rejected', 'cancelled')),
    step         TEXT,
    -- The whole of it, as the machine keeps it.
    body         TEXT   not null,
    begun_us     BIGINT not null,
    submitted_us BIGINT,
    changed_us   BIGINT not null,
    ended_us     BIGINT,
    -- The last day before time acts on it.
    wakes_after  TEXT
);
create index flow_instance_by_change on flow_instance (changed_us, id);
create index flow_instance_waking on flow_instance (wakes_after, id) where wakes_after is not null;

-- Who has a part in it: what inboxes are read from.
create table flow_part (
    instance TEXT {by_bytes} not null references flow_instance (id),
    login    TEXT {by_bytes} not null,
    part     TEXT   not null check (part in ('starter', 'holder', 'decided', 'copied')),
    at_us    BIGINT not null,
    due      TEXT,
    seen_us  BIGINT,
    primary key (instance, login, part)
);
create index flow_part_by_login on flow_part (login, part, at_us, instance);

-- 审批记录: every act, for good.
create table flow_decision (
    instance TEXT {by_bytes} not null references flow_instance (id),
    seq      BIGINT not null,
    at_us    BIGINT not null,
    verb     TEXT   not null,
    step     TEXT   not null,
    who      TEXT   not null,
    body     TEXT   not null,
    primary key (instance, seq)
);

-- What no two open or approved applications of a flow may share.
create table flow_claim (
    flow      TEXT {by_bytes} not null,
    claim     TEXT {by_bytes} not null,
    instance  TEXT {by_bytes} not null references flow_instance (id),
    -- Last day it holds; for good where absent.
    last_day  TEXT,
    primary key (flow, claim)
);

-- 预算: what an approved application may spend (R4.54).
create table flow_budget (
    id        TEXT {by_bytes} not null primary key references flow_instance (id),
    version   BIGINT not null,
    flow      TEXT   not null,
    kind      TEXT   not null,
    year      BIGINT not null,
    holder    TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    amount    BIGINT not null check (amount > 0),
    reserved  BIGINT not null check (reserved >= 0),
    spent     BIGINT not null check (spent >= 0),
    at_us     BIGINT not null,
    check (reserved + spent <= amount)
);

-- Every movement of a budget, for good.
create table flow_budget_entry (
    budget   TEXT {by_bytes} not null references flow_budget (id),
    seq      BIGINT not null,
    kind     TEXT   not null check (kind in ('reserve', 'release', 'spend', 'spend_reserved')),
    amount   BIGINT not null check (amount > 0),
    about    TEXT   not null,
    who      TEXT   not null,
    at_us    BIGINT not null,
    primary key (budget, seq)
);

create table flow_series (
    name TEXT {by_bytes} not null primary key,
    last BIGINT not null
);

-- Who holds a role over a place is asked with every step.
create index access_grant_by_over on access_grant (over, role);
