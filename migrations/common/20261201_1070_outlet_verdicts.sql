-- 网点分级结论: what was decided on an outlet by its grade, by which application, and what came of it (R7.114).
create table network_verdict (
    -- Number of the application.
    id            TEXT {by_bytes} not null primary key,
    version       BIGINT not null,
    outlet        TEXT {by_bytes} not null,
    -- Whose it was, and where it stood, on the day of the verdict.
    partner       TEXT {by_bytes} not null,
    territory     TEXT {by_bytes} not null,
    verdict       TEXT   not null check (verdict in ('keep', 'improve', 'eliminate')),
    -- What grading proposed, over which months, by which numbers.
    proposal      TEXT   not null,
    first_month   TEXT   not null,
    last_month    TEXT   not null,
    credit_tenths BIGINT not null,
    place         BIGINT not null,
    beside        BIGINT not null,
    state         TEXT   not null check (state in ('noted', 'improving', 'passed', 'failed', 'clearing', 'closed', 'replaced')),
    -- Who works on it.
    owner         TEXT   not null,
    reason        TEXT   not null,
    decided_on    TEXT   not null,
    -- The day it is looked at again, or its last day of business.
    until_day     TEXT,
    ended_on      TEXT,
    ended_by      TEXT   not null,
    ended_words   TEXT   not null,
    at_us         BIGINT not null
);
create unique index network_verdict_under_way on network_verdict (outlet) where state in ('improving', 'clearing');
create index network_verdict_by_territory on network_verdict (territory, at_us, id);
create index network_verdict_by_owner on network_verdict (owner, state);

-- What is to be done until then.
create table network_verdict_task (
    verdict TEXT {by_bytes} not null references network_verdict (id),
    seq     BIGINT not null,
    words   TEXT   not null,
    due_on  TEXT   not null,
    done_on TEXT,
    done_by TEXT   not null,
    note    TEXT   not null,
    primary key (verdict, seq)
);
