-- 订单: what a clerk takes for a customer, from the draft to the fact it becomes (R6.14, R0.27).
create table order_head (
    id           TEXT {by_bytes} not null primary key,
    version      BIGINT not null,
    business     TEXT   not null,
    state        TEXT   not null check (state in
        ('draft', 'submitted', 'accepted', 'activated', 'effective', 'cancelled', 'reversed', 'terminated')),
    partner      TEXT {by_bytes} not null,
    outlet       TEXT {by_bytes} not null,
    clerk        TEXT {by_bytes} not null,
    territory    TEXT {by_bytes} not null,
    product      TEXT   not null,
    subscriber   TEXT {by_bytes} not null,
    -- The number under which the business system knows it; empty until it does.
    system_no    TEXT {by_bytes} not null,
    amount       BIGINT not null check (amount >= 0),
    captured_us  BIGINT not null,
    changed_us   BIGINT not null,
    effective_on TEXT,
    -- none: not a fact; waiting: on its way; written: in the fact store.
    fact         TEXT   not null check (fact in ('none', 'waiting', 'written')),
    fact_batch   TEXT   not null,
    -- The whole of it.
    body         TEXT   not null
);
create index order_head_by_time on order_head (captured_us, id);
create index order_head_by_amount on order_head (amount, id);
create index order_head_by_state on order_head (state, captured_us, id);
create index order_head_by_territory on order_head (territory, captured_us, id);
create index order_head_by_partner on order_head (partner, captured_us, id);
create index order_head_by_outlet on order_head (outlet, captured_us, id);
create index order_head_by_clerk on order_head (clerk, captured_us, id);
create index order_head_by_subscriber on order_head (subscriber);
create index order_head_by_system_no on order_head (system_no);

-- Every act on an order, for good.
create table order_event (
    order_id TEXT {by_bytes} not null references order_head (id),
    seq      BIGINT not null,
    at_us    BIGINT not null,
    act      TEXT   not null,
    state    TEXT   not null,
    who      TEXT   not null,
    note     TEXT   not null,
    primary key (order_id, seq)
);

-- What no two open or effective orders share: a number of the business system, a handset, a subscriber's activation.
create table order_claim (
    claim    TEXT {by_bytes} not null primary key,
    order_id TEXT {by_bytes} not null references order_head (id)
);
create index order_claim_by_order on order_claim (order_id);

-- The last number of a day.
create table order_number (
    day  TEXT {by_bytes} not null primary key,
    last BIGINT not null
);

-- 回单: the signed slip of an order, from the day it is due until it is checked (R7.3).
create table order_slip (
    order_id    TEXT {by_bytes} not null primary key references order_head (id),
    version     BIGINT not null,
    state       TEXT   not null check (state in ('due', 'returned', 'ok', 'rejected', 'lost')),
    due_on      TEXT   not null,
    -- Every day on which it came back counts from the last one; the first tells whether it was in time.
    first_on    TEXT,
    returned_on TEXT,
    checked_on  TEXT,
    reason      TEXT   not null,
    partner     TEXT {by_bytes} not null,
    outlet      TEXT {by_bytes} not null,
    clerk       TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null
);
create index order_slip_by_due on order_slip (due_on, order_id);
create index order_slip_by_state on order_slip (state, due_on, order_id);
create index order_slip_by_outlet on order_slip (outlet, due_on, order_id);

-- 号段: cards and numbers given to a partner or outlet at once (R0.29).
create table order_segment (
    id        TEXT {by_bytes} not null primary key,
    kind      TEXT   not null check (kind in ('card', 'number')),
    first     TEXT   not null,
    last      TEXT   not null,
    pieces    BIGINT not null check (pieces > 0),
    partner   TEXT {by_bytes} not null,
    outlet    TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    who       TEXT   not null,
    at_us     BIGINT not null
);
create index order_segment_by_time on order_segment (at_us, id);

-- 卡号库存: each card or number of a segment, in one place and one state.
create table order_stock (
    kind       TEXT {by_bytes} not null check (kind in ('card', 'number')),
    serial     TEXT {by_bytes} not null,
    segment    TEXT {by_bytes} not null references order_segment (id),
    state      TEXT   not null check (state in ('stock', 'sold', 'returned', 'recalled', 'lost')),
    partner    TEXT {by_bytes} not null,
    outlet     TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    order_id   TEXT   not null,
    changed_us BIGINT not null,
    primary key (kind, serial)
);
create index order_stock_by_outlet on order_stock (outlet, kind, state, serial);
create index order_stock_by_segment on order_stock (segment, state);
