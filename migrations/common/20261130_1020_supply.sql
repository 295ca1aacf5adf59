-- 终端供货: handsets from the supplier's offer to the counter, each serial in one place (R4.45, R4.49, R8.68).

-- Handsets lie beside cards and numbers: one place and one state for each serial. `source` is the offer they came by; without a partner they are
-- in the central store; `moving` is on the way to whoever ordered them.
create table supply_kept_stock as select * from order_stock;
create table supply_kept_segment as select * from order_segment;
drop table order_stock;
drop table order_segment;

create table order_segment (
    id        TEXT {by_bytes} not null primary key,
    kind      TEXT   not null check (kind in ('card', 'number', 'handset')),
    first     TEXT   not null,
    last      TEXT   not null,
    pieces    BIGINT not null check (pieces > 0),
    partner   TEXT {by_bytes} not null,
    outlet    TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    who       TEXT   not null,
    at_us     BIGINT not null
);
insert into order_segment (id, kind, first, last, pieces, partner, outlet, territory, who, at_us)
    select id, kind, first, last, pieces, partner, outlet, territory, who, at_us from supply_kept_segment;
create index order_segment_by_time on order_segment (at_us, id);

create table order_stock (
    kind       TEXT {by_bytes} not null check (kind in ('card', 'number', 'handset')),
    serial     TEXT {by_bytes} not null,
    segment    TEXT {by_bytes} not null references order_segment (id),
    state      TEXT   not null check (state in ('stock', 'moving', 'sold', 'returned', 'recalled', 'lost')),
    partner    TEXT {by_bytes} not null,
    outlet     TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    order_id   TEXT   not null,
    changed_us BIGINT not null,
    -- Of handsets the product and the offer they came by; empty otherwise.
    product    TEXT {by_bytes} not null,
    source     TEXT {by_bytes} not null,
    primary key (kind, serial),
    check (state <> 'moving' or kind = 'handset')
);
insert into order_stock (kind, serial, segment, state, partner, outlet, territory, order_id, changed_us, product, source)
    select kind, serial, segment, state, partner, outlet, territory, order_id, changed_us, '', '' from supply_kept_stock;
create index order_stock_by_outlet on order_stock (outlet, kind, state, serial);
create index order_stock_by_segment on order_stock (segment, state);
create index order_stock_by_source on order_stock (source, state, outlet, changed_us, serial);
drop table supply_kept_stock;
drop table supply_kept_segment;

-- 报价: a handset of a supplier, its price and what is guaranteed to whoever sells it.
create table supply_offer (
    id              TEXT {by_bytes} not null primary key,
    version         BIGINT not null,
    product         TEXT {by_bytes} not null,
    supplier        TEXT   not null check (supplier <> ''),
    -- Fen a piece: what it costs the outlet, what it is suggested to sell for, and the least margin between them.
    supply_price    BIGINT not null check (supply_price > 0),
    suggested_price BIGINT not null,
    least_margin    BIGINT not null check (least_margin >= 0),
    state           TEXT   not null check (state in ('open', 'closed')),
    who             TEXT   not null,
    changed_us      BIGINT not null,
    check (suggested_price - supply_price >= least_margin)
);
create unique index supply_offer_once on supply_offer (product, supplier);

-- 供货单: what an outlet orders, until it is there and paid.
create table supply_order (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    state       TEXT   not null check (state in ('placed', 'confirmed', 'shipped', 'received', 'refused', 'cancelled')),
    partner     TEXT {by_bytes} not null,
    outlet      TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    pieces      BIGINT not null check (pieces > 0),
    -- Fen, as ordered.
    amount      BIGINT not null check (amount > 0),
    wanted_on   TEXT   not null,
    -- The day the supplier accepted; in time is what is there by then.
    promised_on TEXT,
    shipped_on  TEXT,
    received_on TEXT,
    -- The invoice over what arrived; empty until then.
    invoice     TEXT {by_bytes} not null,
    note        TEXT   not null,
    placed_by   TEXT   not null,
    placed_us   BIGINT not null,
    changed_us  BIGINT not null
);
create index supply_order_by_time on supply_order (placed_us, id);
create index supply_order_by_state on supply_order (state, placed_us, id);
create index supply_order_by_outlet on supply_order (outlet, placed_us, id);
create index supply_order_by_partner on supply_order (partner, placed_us, id);
create index supply_order_by_territory on supply_order (territory, placed_us, id);

-- What was ordered, at the prices of that moment.
create table supply_line (
    order_id        TEXT {by_bytes} not null references supply_order (id),
    seq             BIGINT not null,
    offer           TEXT {by_bytes} not null references supply_offer (id),
    product         TEXT {by_bytes} not null,
    supplier        TEXT   not null,
    pieces          BIGINT not null check (pieces > 0),
    supply_price    BIGINT not null check (supply_price > 0),
    suggested_price BIGINT not null,
    least_margin    BIGINT not null,
    primary key (order_id, seq),
    check (suggested_price - supply_price >= least_margin)
);

-- Which pieces went out for an order, and what became of each.
create table supply_piece (
    order_id TEXT {by_bytes} not null references supply_order (id),
    serial   TEXT {by_bytes} not null,
    seq      BIGINT not null,
    state    TEXT   not null check (state in ('shipped', 'received', 'missing', 'asked', 'returned')),
    primary key (order_id, serial)
);
create index supply_piece_by_serial on supply_piece (serial, order_id);

-- Every act on an order, for good.
create table supply_event (
    order_id TEXT {by_bytes} not null references supply_order (id),
    seq      BIGINT not null,
    act      TEXT   not null,
    state    TEXT   not null,
    who      TEXT   not null,
    note     TEXT   not null,
    at_us    BIGINT not null,
    primary key (order_id, seq)
);

-- 退货: pieces an outlet wants to give back, decided by somebody else.
create table supply_return (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    order_id   TEXT {by_bytes} not null references supply_order (id),
    state      TEXT   not null check (state in ('asked', 'taken', 'refused')),
    partner    TEXT {by_bytes} not null,
    outlet     TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    -- Fen of all its pieces.
    amount     BIGINT not null check (amount > 0),
    reason     TEXT   not null,
    asked_by   TEXT   not null,
    asked_us   BIGINT not null,
    decided_by TEXT,
    decided_us BIGINT,
    decision   TEXT
);
create index supply_return_by_state on supply_return (state, asked_us, id);
create index supply_return_by_order on supply_return (order_id, asked_us);

create table supply_return_piece (
    return_id TEXT {by_bytes} not null references supply_return (id),
    serial    TEXT {by_bytes} not null,
    price     BIGINT not null check (price > 0),
    primary key (return_id, serial)
);

-- The last number of a day.
create table supply_number (
    day  TEXT {by_bytes} not null primary key,
    last BIGINT not null
);
