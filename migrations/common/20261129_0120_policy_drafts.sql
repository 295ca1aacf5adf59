-- 政策草案: texts on their way to being a policy in force. A published one stays as it was approved (R0.2, R0.4).
create table settle_draft (
    id             TEXT   not null primary key,
    policy         TEXT   not null,
    policy_version BIGINT not null,
    title          TEXT   not null,
    effective_from TEXT,
    effective_last TEXT,
    base           BIGINT,
    text           TEXT   not null,
    version        BIGINT not null,
    state          TEXT   not null check (state in ('draft', 'in_review', 'returned', 'published', 'withdrawn')),
    author         TEXT   not null,
    created_us     BIGINT not null,
    changed_us     BIGINT not null,
    changed_by     TEXT   not null,
    submitted_by   TEXT,
    submitted_us   BIGINT,
    submitted_sha  TEXT,
    decided_by     TEXT,
    decided_us     BIGINT,
    file           TEXT
);
create index settle_draft_by_state on settle_draft (state, changed_us);

-- Whoever wrote at a draft; none of them approves it.
create table settle_draft_writer (
    draft TEXT not null references settle_draft (id),
    login TEXT {by_bytes} not null,
    primary key (draft, login)
);

-- What was said and done about it.
create table settle_draft_note (
    draft TEXT   not null references settle_draft (id),
    seq   BIGINT not null,
    at_us BIGINT not null,
    who   TEXT   not null,
    kind  TEXT   not null check (kind in ('create', 'comment', 'submit', 'return', 'publish', 'withdraw')),
    text  TEXT   not null,
    primary key (draft, seq)
);
