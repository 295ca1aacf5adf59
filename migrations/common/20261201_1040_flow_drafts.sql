-- 流程设计: flows the house writes itself, on their way to being used. One that was published stays as it was approved (R8.35).
create table flow_draft (
    id            TEXT {by_bytes} not null primary key,
    -- What its text declares; empty and 0 while it cannot be read.
    flow          TEXT {by_bytes} not null,
    flow_version  BIGINT not null,
    title_zh      TEXT   not null,
    title_en      TEXT   not null,
    -- The version it was begun from.
    base          BIGINT,
    text          TEXT   not null,
    version       BIGINT not null,
    state         TEXT   not null check (state in
        ('draft', 'in_review', 'returned', 'published', 'retiring', 'retired', 'withdrawn')),
    author        TEXT   not null,
    created_us    BIGINT not null,
    changed_us    BIGINT not null,
    changed_by    TEXT   not null,
    submitted_by  TEXT,
    submitted_us  BIGINT,
    submitted_sha TEXT,
    decided_by    TEXT,
    decided_us    BIGINT,
    -- Who asked that it be used no more.
    retire_by     TEXT
);
create index flow_draft_by_state on flow_draft (state, changed_us);
create index flow_draft_by_flow on flow_draft (flow, flow_version);

-- Whoever wrote at it; none of them approves it.
create table flow_draft_writer (
    draft TEXT {by_bytes} not null references flow_draft (id),
    login TEXT {by_bytes} not null,
    primary key (draft, login)
);

-- What was said and done about it, for good.
create table flow_draft_note (
    draft TEXT {by_bytes} not null references flow_draft (id),
    seq   BIGINT not null,
    at_us BIGINT not null,
    who   TEXT   not null,
    kind  TEXT   not null check (kind in
        ('create', 'comment', 'submit', 'return', 'publish', 'withdraw', 'retire_ask', 'retire', 'retire_keep')),
    text  TEXT   not null,
    primary key (draft, seq)
);
