-- 上柜组合: what outlets of a type carry, from a day on; where a product has no row, the definitions say (R7.111, R7.118).
create table distribution_assortment (
    outlet_type    TEXT {by_bytes} not null,
    product        TEXT {by_bytes} not null,
    effective_from TEXT {by_bytes} not null,
    role           TEXT   not null check (role in ('must', 'main', 'optional', 'banned', 'none')),
    reason         TEXT   not null,
    who            TEXT   not null,
    at_us          BIGINT not null,
    primary key (outlet_type, product, effective_from)
);

-- What was seen of a product at an outlet last: on the shelf, and counted.
create table distribution_shelf (
    outlet     TEXT {by_bytes} not null,
    product    TEXT {by_bytes} not null,
    partner    TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    -- shelf, store, missing; empty while nobody looked.
    shown      TEXT   not null check (shown in ('', 'shelf', 'store', 'missing')),
    shown_on   TEXT   not null,
    counted    BIGINT not null,
    counted_on TEXT   not null,
    -- The visit or person it was learned from last.
    source     TEXT {by_bytes} not null,
    changed_us BIGINT not null,
    primary key (outlet, product)
);
create index distribution_shelf_by_territory on distribution_shelf (territory, outlet);

-- Pieces in and out of an outlet but for sales, for good.
create table distribution_movement (
    id        TEXT {by_bytes} not null primary key,
    outlet    TEXT {by_bytes} not null,
    product   TEXT {by_bytes} not null,
    partner   TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    kind      TEXT   not null check (kind in ('sell_in', 'return', 'adjustment')),
    -- Pieces; below zero for an adjustment downwards only.
    quantity  BIGINT not null check (quantity <> 0 and (quantity > 0 or kind = 'adjustment')),
    day       TEXT   not null,
    reference TEXT   not null,
    who       TEXT   not null,
    at_us     BIGINT not null
);
create index distribution_movement_by_outlet on distribution_movement (outlet, product, day);
create index distribution_movement_by_day on distribution_movement (day, id);

-- 订货建议 that somebody took over.
create table distribution_order (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    outlet      TEXT {by_bytes} not null,
    partner     TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    kind        TEXT   not null check (kind in ('initial', 'replenishment')),
    state       TEXT   not null check (state in ('sent', 'received', 'dropped')),
    body        TEXT   not null,
    pieces      BIGINT not null,
    amount      BIGINT not null,
    who         TEXT   not null,
    made_on     TEXT   not null,
    ended_by    TEXT   not null,
    ended_on    TEXT,
    note        TEXT   not null,
    changed_us  BIGINT not null
);
create index distribution_order_by_outlet on distribution_order (outlet, state);
create index distribution_order_by_state on distribution_order (state, id);

-- 分销风险: why an outlet may stop carrying us, as a task (R7.120).
create table distribution_risk (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    outlet     TEXT {by_bytes} not null,
    -- Empty where it concerns the outlet as a whole.
    product    TEXT {by_bytes} not null,
    cause      TEXT   not null check (cause in ('stock', 'display', 'leaving', 'support')),
    partner    TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    state      TEXT   not null check (state in ('open', 'gone', 'settled')),
    owner      TEXT {by_bytes} not null,
    -- The figure that told, and its limit; what they count follows from the cause.
    figure     BIGINT not null,
    least      BIGINT not null,
    opened_on  TEXT   not null,
    due_on     TEXT   not null,
    closed_by  TEXT   not null,
    closed_on  TEXT,
    note       TEXT   not null,
    changed_us BIGINT not null
);
create unique index distribution_risk_once on distribution_risk (outlet, product, cause) where state = 'open';
create index distribution_risk_by_state on distribution_risk (state, due_on, id);

-- 主推: how the chain stood at an outlet when it was looked at last (R7.135).
create table distribution_push (
    outlet    TEXT {by_bytes} not null primary key,
    partner   TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    day       TEXT   not null,
    visit     TEXT {by_bytes} not null,
    body      TEXT   not null
);
