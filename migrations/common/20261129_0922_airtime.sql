-- 空充机: top-up terminals, each in one place and one state, with the money loaded on it (R1.41, R1.43).
create table airtime_terminal (
    serial       TEXT {by_bytes} not null primary key,
    version      BIGINT not null,
    model        TEXT   not null,
    state        TEXT   not null check (state in ('stock', 'placed', 'lost')),
    -- Empty unless placed.
    partner      TEXT {by_bytes} not null,
    outlet       TEXT {by_bytes} not null,
    territory    TEXT {by_bytes} not null,
    agreement    TEXT   not null,
    -- What was taken for it, fen.
    deposit      BIGINT not null check (deposit >= 0),
    placed_on    TEXT,
    last_sale_on TEXT,
    loaded       BIGINT not null check (loaded >= 0),
    sold         BIGINT not null check (sold >= 0),
    reversed     BIGINT not null check (reversed >= 0 and reversed <= sold),
    changed_us   BIGINT not null,
    check (loaded - sold + reversed >= 0),
    check ((state = 'placed') = (outlet <> ''))
);
create index airtime_terminal_by_outlet on airtime_terminal (outlet);
create index airtime_terminal_by_partner on airtime_terminal (partner, serial);
create index airtime_terminal_by_territory on airtime_terminal (territory, serial);

-- What happened to terminals, for good.
create table airtime_event (
    serial    TEXT {by_bytes} not null references airtime_terminal (serial),
    seq       BIGINT not null,
    act       TEXT   not null,
    partner   TEXT   not null,
    outlet    TEXT   not null,
    amount    BIGINT not null,
    note      TEXT   not null,
    who       TEXT   not null,
    at_us     BIGINT not null,
    primary key (serial, seq)
);

-- Movements of that money: what was loaded, sold, taken back from a sale, given back at a recall.
create table airtime_movement (
    id          TEXT {by_bytes} not null primary key,
    serial      TEXT {by_bytes} not null references airtime_terminal (serial),
    kind        TEXT   not null check (kind in ('loaded', 'sold', 'reversed', 'returned')),
    amount      BIGINT not null check (amount > 0),
    occurred_on TEXT   not null,
    -- The sale a reversal takes back; empty otherwise.
    ref         TEXT {by_bytes} not null,
    partner     TEXT {by_bytes} not null,
    outlet      TEXT {by_bytes} not null,
    who         TEXT   not null,
    at_us       BIGINT not null
);
create index airtime_movement_by_serial on airtime_movement (serial, occurred_on, id);
create index airtime_movement_by_day on airtime_movement (occurred_on, id);
create index airtime_movement_by_ref on airtime_movement (ref);

-- 对账: a day of the top-up system beside ours.
create table airtime_reconciliation (
    id          TEXT {by_bytes} not null primary key,
    day         TEXT   not null,
    file        TEXT   not null,
    sha256      TEXT   not null,
    lines       BIGINT not null,
    agreed      BIGINT not null,
    who         TEXT   not null,
    at_us       BIGINT not null
);
create index airtime_reconciliation_by_day on airtime_reconciliation (day, at_us);

create table airtime_difference (
    reconciliation TEXT {by_bytes} not null references airtime_reconciliation (id),
    seq            BIGINT not null,
    -- missing: they have it and we have not; extra: we have it and they have not; amount; terminal: no such terminal; content.
    kind           TEXT   not null check (kind in ('missing', 'extra', 'amount', 'content', 'terminal')),
    movement       TEXT {by_bytes} not null,
    serial         TEXT {by_bytes} not null,
    what           TEXT   not null,
    ref            TEXT {by_bytes} not null,
    ours           BIGINT,
    theirs         BIGINT,
    state          TEXT   not null check (state in ('open', 'acknowledged', 'taken')),
    reason         TEXT   not null,
    decided_by     TEXT,
    decided_us     BIGINT,
    primary key (reconciliation, seq)
);
create index airtime_difference_by_state on airtime_difference (state, reconciliation, seq);
