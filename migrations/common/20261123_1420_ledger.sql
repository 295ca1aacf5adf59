-- Accounting months of a settlement entity: one open at a time, the ones before it closed for good (R0.13).
create table ledger_period (
    entity       TEXT   not null,
    month        TEXT   not null,
    state        TEXT   not null check (state in ('open', 'closed')),
    opened_at_us BIGINT not null,
    closed_at_us BIGINT,
    journals     BIGINT,
    sha256       TEXT,
    primary key (entity, month)
);
create unique index ledger_period_one_open on ledger_period (entity) where state = 'open';

-- A set of entries that sums to zero; the posting key makes a repeat harmless, the hash of the content makes it verifiable.
create table ledger_journal (
    id        TEXT   not null primary key,
    entity    TEXT   not null,
    key       TEXT   not null,
    date      TEXT   not null,
    month     TEXT   not null,
    about     TEXT   not null,
    reason    TEXT   not null,
    reverses  TEXT   unique references ledger_journal (id),
    run       TEXT,
    chunk     BIGINT,
    entries   BIGINT not null,
    sha256    TEXT   not null,
    at_us     BIGINT not null,
    unique (entity, key)
);
create index ledger_journal_by_run on ledger_journal (entity, run) where run is not null;
create index ledger_journal_by_month on ledger_journal (entity, month, id);

-- One side of one movement: debit positive, credit negative; fen, or whole points.
create table ledger_entry (
    journal TEXT   not null references ledger_journal (id),
    line    BIGINT not null,
    owner   TEXT   not null,
    kind    TEXT   not null,
    unit    TEXT   not null check (unit in ('fen', 'points')),
    amount  BIGINT not null check (amount <> 0 and amount between -10000000000000000 and 10000000000000000),
    ref     TEXT   not null,
    primary key (journal, line)
);
create index ledger_entry_by_owner on ledger_entry (owner, kind, journal);

-- Derived: the sum of the entries of one account. `ledger check` recomputes it.
create table ledger_balance (
    entity TEXT   not null,
    owner  TEXT   not null,
    kind   TEXT   not null,
    unit   TEXT   not null,
    amount BIGINT not null check (amount between -9000000000000000000 and 9000000000000000000),
    primary key (entity, owner, kind)
);
create index ledger_balance_by_owner on ledger_balance (owner, kind);
-- The accounts that stand below their floor: none, ever; the index lets a posting see that at a glance.
create index ledger_balance_below_floor on ledger_balance (entity, owner, kind)
    where amount > 0 and kind in ('holdback', 'deposit', 'topup_float', 'budget');
