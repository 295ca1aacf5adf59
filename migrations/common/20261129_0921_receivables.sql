-- 应收: what partners owe, what they paid, and what of it belongs together (R7.4).
create table receivable_invoice (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    partner    TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    kind       TEXT   not null check (kind in ('goods', 'float', 'deposit', 'other')),
    amount     BIGINT not null check (amount > 0),
    -- Sum of the adjustments, either way.
    adjusted   BIGINT not null,
    -- Sum of what was matched to it.
    collected  BIGINT not null check (collected >= 0),
    -- Part for which an offset was proposed or approved.
    held       BIGINT not null check (held >= 0),
    issued_on  TEXT   not null,
    due_on     TEXT   not null,
    note       TEXT   not null,
    who        TEXT   not null,
    at_us      BIGINT not null,
    check (collected + held <= amount + adjusted)
);
create index receivable_invoice_by_partner on receivable_invoice (partner, due_on, id);
create index receivable_invoice_by_territory on receivable_invoice (territory, partner);
create index receivable_invoice_by_due on receivable_invoice (due_on, id);

create table receivable_adjustment (
    invoice TEXT {by_bytes} not null references receivable_invoice (id),
    seq     BIGINT not null,
    amount  BIGINT not null check (amount <> 0),
    reason  TEXT   not null,
    who     TEXT   not null,
    at_us   BIGINT not null,
    primary key (invoice, seq)
);

-- 收款: money that came in, or was taken by an offset. What is not matched stands to the partner's credit.
create table receivable_collection (
    id          TEXT {by_bytes} not null primary key,
    partner     TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    way         TEXT   not null check (way in ('bank', 'cash', 'commission', 'deposit')),
    amount      BIGINT not null check (amount > 0),
    matched     BIGINT not null check (matched >= 0 and matched <= amount),
    received_on TEXT   not null,
    reference   TEXT   not null,
    who         TEXT   not null,
    at_us       BIGINT not null
);
create index receivable_collection_by_partner on receivable_collection (partner, received_on, id);
create index receivable_collection_by_territory on receivable_collection (territory, partner);

create table receivable_match (
    collection TEXT {by_bytes} not null references receivable_collection (id),
    seq        BIGINT not null,
    invoice    TEXT {by_bytes} not null references receivable_invoice (id),
    amount     BIGINT not null check (amount > 0),
    at_us      BIGINT not null,
    primary key (collection, seq)
);
create index receivable_match_by_invoice on receivable_match (invoice);

-- 保证金: what is held of a partner, by kind; never below zero (R0.30).
create table deposit_account (
    partner   TEXT {by_bytes} not null,
    kind      TEXT {by_bytes} not null check (kind in ('terminal', 'goods', 'guarantee')),
    territory TEXT {by_bytes} not null,
    balance   BIGINT not null check (balance >= 0),
    primary key (partner, kind)
);
create index deposit_account_by_territory on deposit_account (territory, partner);

create table deposit_movement (
    id        TEXT {by_bytes} not null primary key,
    partner   TEXT {by_bytes} not null,
    kind      TEXT {by_bytes} not null,
    act       TEXT   not null check (act in ('taken', 'refunded', 'kept', 'used')),
    amount    BIGINT not null check (amount > 0),
    reference TEXT   not null,
    reason    TEXT   not null,
    who       TEXT   not null,
    at_us     BIGINT not null
);
create index deposit_movement_by_partner on deposit_movement (partner, at_us, id);

-- 抵扣: overdue receivables to be taken out of commission or a deposit, on a ground, by two people (R0.32).
create table receivable_offset (
    id           TEXT {by_bytes} not null primary key,
    version      BIGINT not null,
    partner      TEXT {by_bytes} not null,
    territory    TEXT {by_bytes} not null,
    source       TEXT   not null check (source in ('commission', 'terminal', 'goods', 'guarantee')),
    invoice      TEXT {by_bytes} not null references receivable_invoice (id),
    amount       BIGINT not null check (amount > 0),
    taken        BIGINT not null check (taken >= 0 and taken <= amount),
    ground       TEXT   not null check (ground in ('clause', 'consent')),
    document     TEXT   not null check (document <> ''),
    reason       TEXT   not null,
    state        TEXT   not null check (state in ('submitted', 'approved', 'stating', 'done', 'refused')),
    -- The month whose statements take it.
    month        TEXT,
    made_by      TEXT   not null,
    made_us      BIGINT not null,
    decided_by   TEXT,
    decided_us   BIGINT,
    decision     TEXT
);
create unique index receivable_offset_once on receivable_offset (invoice) where state in ('submitted', 'approved', 'stating');
create index receivable_offset_by_partner on receivable_offset (partner, made_us);
create index receivable_offset_by_state on receivable_offset (state, made_us);
