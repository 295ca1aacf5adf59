-- 包换、退货、维修: what an outlet asks for a handset that does not please or does not work, decided by somebody else (R7.154).

-- A handset may be with whoever repairs it. A check cannot be changed everywhere, so the table is written anew.
create table service_kept_stock as select * from order_stock;
drop table order_stock;
create table order_stock (
    kind       TEXT {by_bytes} not null check (kind in ('card', 'number', 'handset')),
    serial     TEXT {by_bytes} not null,
    segment    TEXT {by_bytes} not null references order_segment (id),
    state      TEXT   not null check (state in ('stock', 'moving', 'sold', 'repair', 'returned', 'recalled', 'lost')),
    partner    TEXT {by_bytes} not null,
    outlet     TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    order_id   TEXT   not null,
    changed_us BIGINT not null,
    -- Of handsets the product and the offer they came by; empty otherwise.
    product    TEXT {by_bytes} not null,
    source     TEXT {by_bytes} not null,
    primary key (kind, serial),
    check (state not in ('moving', 'repair') or kind = 'handset')
);
insert into order_stock (kind, serial, segment, state, partner, outlet, territory, order_id, changed_us, product, source)
    select kind, serial, segment, state, partner, outlet, territory, order_id, changed_us, product, source from service_kept_stock;
create index order_stock_by_outlet on order_stock (outlet, kind, state, serial);
create index order_stock_by_segment on order_stock (segment, state);
create index order_stock_by_source on order_stock (source, state, outlet, changed_us, serial);
drop table service_kept_stock;

create table order_service (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    kind        TEXT   not null check (kind in ('exchange', 'return', 'repair')),
    state       TEXT   not null check (state in ('asked', 'repairing', 'done', 'refused', 'withdrawn')),
    -- The handset, and of an exchange the one that takes its place.
    serial      TEXT {by_bytes} not null,
    replacement TEXT {by_bytes} not null,
    -- The order it was sold with; empty for one in stock.
    order_id    TEXT {by_bytes} not null,
    partner     TEXT {by_bytes} not null,
    outlet      TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    product     TEXT {by_bytes} not null,
    reason      TEXT   not null,
    asked_by    TEXT   not null,
    asked_us    BIGINT not null,
    decided_by  TEXT,
    decided_us  BIGINT,
    decision    TEXT   not null,
    -- When a repaired handset came back, or all was done at once.
    ended_us    BIGINT,
    check ((kind = 'exchange') = (replacement <> '')),
    check (kind = 'repair' or order_id <> ''),
    check (kind = 'repair' or state <> 'repairing')
);
create index order_service_by_time on order_service (asked_us, id);
create index order_service_by_state on order_service (state, asked_us, id);
create index order_service_by_outlet on order_service (outlet, asked_us, id);
create index order_service_by_order on order_service (order_id, kind, state);
-- A handset has one request under way, and one handset takes the place of one.
create unique index order_service_once on order_service (serial) where state in ('asked', 'repairing');
create unique index order_service_replaces on order_service (replacement) where state = 'asked' and replacement <> '';

-- As of which day the facts of an order were told last; a later version is told by a later day.
create table order_told (
    order_id TEXT {by_bytes} not null primary key references order_head (id),
    known_on TEXT   not null
);
