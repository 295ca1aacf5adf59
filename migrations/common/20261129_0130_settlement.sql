-- 上传: a file somebody brought for the fact store, from its arrival to its batch, and back (R0.7, R0.14).
create table trade_upload (
    id          TEXT   not null primary key,
    version     BIGINT not null,
    state       TEXT   not null check (state in ('uploaded', 'checked', 'refused', 'loaded', 'withdrawn')),
    file        TEXT   not null,
    sha256      TEXT   not null,
    bytes       BIGINT not null,
    uploaded_by TEXT   not null,
    at_us       BIGINT not null,
    fact_table  TEXT   not null,
    -- What the file calls things.
    mapping     TEXT   not null,
    -- What the last check or load found.
    report      TEXT,
    problems    TEXT,
    -- Its batch in the fact store, once loaded.
    batch       TEXT   unique,
    loaded_at_us BIGINT,
    ended_by    TEXT,
    reason      TEXT
);
create index trade_upload_by_time on trade_upload (at_us, id);

-- 结算月: how far a month is, and who took it there. A month without a row is open, or was published from the command line.
create table settle_period (
    month           TEXT   not null primary key,
    version         BIGINT not null,
    state           TEXT   not null check (state in ('trial', 'submitted', 'publishing', 'published', 'again', 'closed')),
    trial_sha256    TEXT   not null,
    trial_by        TEXT   not null,
    trial_at_us     BIGINT not null,
    submitted_by    TEXT,
    submitted_at_us BIGINT,
    note            TEXT,
    published_by    TEXT,
    published_at_us BIGINT,
    -- Times the month was settled again for differences.
    reruns          BIGINT not null,
    closed_by       TEXT,
    closed_at_us    BIGINT
);

-- 异常: what a trial found that somebody has to look at before the month is published.
create table settle_exception (
    month          TEXT   not null,
    id             TEXT   not null,
    kind           TEXT   not null check (kind in ('unattributed', 'rejected', 'negative', 'change', 'hold', 'unchecked')),
    subject        TEXT   not null,
    name           TEXT   not null,
    count          BIGINT not null,
    amount         BIGINT not null,
    before         BIGINT not null,
    note           TEXT,
    reviewed_by    TEXT,
    reviewed_at_us BIGINT,
    primary key (month, id)
);

-- 收款账户: where a partner is paid, and every change of it with its second approver and its holding period (R0.33).
create table settle_bank_account (
    id            TEXT   not null primary key,
    version       BIGINT not null,
    partner       TEXT {by_bytes} not null,
    state         TEXT   not null check (state in ('submitted', 'approved', 'refused')),
    holder        TEXT   not null,
    bank          TEXT   not null,
    number        TEXT   not null,
    licence       TEXT   not null,
    reason        TEXT   not null,
    made_by       TEXT   not null,
    made_at_us    BIGINT not null,
    decided_by    TEXT,
    decided_at_us BIGINT,
    decision      TEXT,
    -- First day a payment may go there.
    usable_on     TEXT
);
create index settle_bank_account_by_partner on settle_bank_account (partner, made_at_us);
create unique index settle_bank_account_one_open on settle_bank_account (partner) where state = 'submitted';

-- 付款批次: made by one person, decided by another, paid once.
create table settle_payment_batch (
    id            TEXT   not null primary key,
    version       BIGINT not null,
    month         TEXT   not null,
    state         TEXT   not null check (state in ('submitted', 'approved', 'refused', 'paid')),
    payments      BIGINT not null,
    amount        BIGINT not null,
    note          TEXT   not null,
    made_by       TEXT   not null,
    made_at_us    BIGINT not null,
    decided_by    TEXT,
    decided_at_us BIGINT,
    decision      TEXT,
    paid_by       TEXT,
    paid_at_us    BIGINT,
    paid_on       TEXT,
    reference     TEXT
);
create index settle_payment_batch_by_time on settle_payment_batch (made_at_us, id);

-- 付款: what one statement gives. A statement is in one batch that was not refused, never in two.
create table settle_payment (
    batch     TEXT   not null references settle_payment_batch (id),
    partner   TEXT {by_bytes} not null,
    statement TEXT   not null,
    live      BIGINT not null check (live in (0, 1)),
    name      TEXT   not null,
    amount    BIGINT not null check (amount > 0),
    account   TEXT   not null references settle_bank_account (id),
    due_on    TEXT   not null,
    primary key (batch, statement)
);
create unique index settle_payment_once on settle_payment (statement) where live = 1;
create index settle_payment_by_partner on settle_payment (partner, batch);
