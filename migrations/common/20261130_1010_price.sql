-- 价格簿: prices of an area and outlet type for a time, written by one person and published by another (R7.281–R7.288).
create table price_book (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    title       TEXT   not null,
    -- What it is: the base, or what stands above it for a time.
    kind        TEXT   not null check (kind in ('base', 'season', 'promotion', 'match')),
    mode        TEXT   not null check (mode in ('agency', 'recommended', 'approved_floor')),
    -- Division code; empty for everywhere.
    territory   TEXT {by_bytes} not null,
    -- Sub-type of outlets; empty for all.
    outlet_type TEXT {by_bytes} not null,
    from_on     TEXT   not null,
    -- First day on which it holds no more; null while open.
    until_on    TEXT,
    -- One price for the whole area: every other one is told.
    uniform     BIGINT not null check (uniform in (0, 1)),
    -- Who issued the prices, in which document.
    source      TEXT   not null,
    -- The opinion of counsel, the approved promotion, the reason for matching a competitor; empty where none is needed.
    ground      TEXT   not null,
    state       TEXT   not null check (state in ('draft', 'submitted', 'published', 'refused', 'withdrawn')),
    made_by     TEXT   not null,
    decided_by  TEXT   not null,
    decision    TEXT   not null,
    decided_us  BIGINT,
    changed_us  BIGINT not null,
    check (until_on is null or until_on > from_on)
);
create index price_book_by_state on price_book (state, territory, from_on);

-- Its products. Once the book is published, a line is cut where a later book takes over, and never changed otherwise.
create table price_line (
    book      TEXT {by_bytes} not null references price_book (id),
    product   TEXT {by_bytes} not null,
    floor     BIGINT check (floor > 0),
    suggested BIGINT not null check (suggested > 0),
    until_on  TEXT,
    primary key (book, product),
    check (floor is null or floor <= suggested)
);
create index price_line_by_product on price_line (product, book);

-- 店家定价惯例: how an outlet sets its prices (R7.285).
create table price_habit (
    outlet     TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    habit      TEXT   not null check (habit in ('ends_8_9', 'margin', 'follow', 'free')),
    note       TEXT   not null,
    who        TEXT   not null,
    changed_us BIGINT not null
);

-- 价格检查: a price somebody saw, was quoted, or complained of, with what it was by the books of that day (R7.289–R7.292).
create table price_check (
    id          TEXT {by_bytes} not null primary key,
    kind        TEXT   not null check (kind in ('tag', 'quoted', 'complaint', 'rival')),
    product     TEXT {by_bytes} not null,
    outlet      TEXT {by_bytes} not null,
    partner     TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    seen_on     TEXT   not null,
    amount      BIGINT not null check (amount > 0),
    verdict     TEXT   not null check (verdict in ('fine', 'low', 'high', 'violation', 'unpriced', 'noted')),
    floor       BIGINT,
    suggested   BIGINT,
    mode        TEXT   not null,
    -- The book the rule came from; empty where none held.
    book        TEXT   not null,
    -- The visit, the photo by its hash, and words.
    visit       TEXT   not null,
    photo       TEXT   not null,
    note        TEXT   not null,
    -- The case it belongs to; empty for none.
    case_id     TEXT {by_bytes} not null,
    who         TEXT   not null,
    at_us       BIGINT not null
);
create index price_check_by_day on price_check (seen_on, id);
create index price_check_by_outlet on price_check (outlet, product, seen_on);
create index price_check_by_area on price_check (territory, seen_on, id);
create index price_check_by_case on price_check (case_id);
create index price_check_by_visit on price_check (visit);

-- 市场秩序案件: a violation of a price or a diversion, from notice to its end (R7.299, R7.150).
create table price_case (
    id           TEXT {by_bytes} not null primary key,
    version      BIGINT not null,
    kind         TEXT   not null check (kind in ('price', 'diversion')),
    state        TEXT   not null check (state in
        ('found', 'notified', 'explained', 'decided', 'appealed', 'final', 'rechecked', 'closed')),
    outlet       TEXT {by_bytes} not null,
    partner      TEXT {by_bytes} not null,
    territory    TEXT {by_bytes} not null,
    product      TEXT   not null,
    -- Mode of the price; empty for a diversion.
    mode         TEXT   not null,
    summary      TEXT   not null,
    found_on     TEXT   not null,
    opened_by    TEXT   not null,
    -- By when the outlet answers, and by when it may appeal.
    answer_due   TEXT,
    appeal_due   TEXT,
    measure      TEXT   not null check (measure in ('', 'none', 'talk', 'warning', 'deduction', 'supply_stop')),
    amount       BIGINT not null check (amount >= 0),
    -- Who was harmed, and what they get.
    harmed       TEXT {by_bytes} not null,
    compensation BIGINT not null check (compensation >= 0),
    agreement    TEXT   not null,
    clause       TEXT   not null,
    decided_by   TEXT   not null,
    closed_on    TEXT,
    changed_us   BIGINT not null,
    check ((measure = 'deduction') = (amount > 0)),
    check (compensation = 0 or harmed <> '')
);
create index price_case_by_state on price_case (state, id);
create index price_case_by_outlet on price_case (outlet, found_on, id);
create index price_case_by_partner on price_case (partner, id);
create index price_case_by_area on price_case (territory, id);

-- What happened in a case, for good.
create table price_case_event (
    case_id TEXT {by_bytes} not null references price_case (id),
    seq     BIGINT not null,
    act     TEXT   not null,
    state   TEXT   not null,
    who     TEXT   not null,
    words   TEXT   not null,
    at_us   BIGINT not null,
    primary key (case_id, seq)
);

-- 跨区授权与区域保护: where else a partner may sell, for how long and which goods; exclusive where it is protected there (R4.14, R7.155).
create table price_authorisation (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    partner    TEXT {by_bytes} not null,
    -- Where the partner sits, for whoever may see it.
    territory  TEXT {by_bytes} not null,
    area       TEXT {by_bytes} not null,
    -- A product or a line of products; empty for all.
    goods      TEXT   not null,
    exclusive  BIGINT not null check (exclusive in (0, 1)),
    from_on    TEXT   not null,
    until_on   TEXT   not null,
    reason     TEXT   not null,
    state      TEXT   not null check (state in ('requested', 'approved', 'refused', 'ended')),
    made_by    TEXT   not null,
    decided_by TEXT   not null,
    decision   TEXT   not null,
    changed_us BIGINT not null,
    check (until_on > from_on)
);
create index price_authorisation_by_partner on price_authorisation (partner, from_on);
create index price_authorisation_by_state on price_authorisation (state, area);

-- 供货串号: which piece was supplied to which outlet.
create table price_supply (
    piece       TEXT {by_bytes} not null primary key,
    product     TEXT {by_bytes} not null,
    partner     TEXT {by_bytes} not null,
    outlet      TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    supplied_on TEXT   not null,
    -- When it was sold, as far as an order tells.
    sold_on     TEXT,
    who         TEXT   not null,
    at_us       BIGINT not null
);
create index price_supply_by_outlet on price_supply (outlet, product, supplied_on);

-- 窜货线索: a piece that was seen or sold where it may not be (R7.150).
create table price_finding (
    id             TEXT {by_bytes} not null primary key,
    version        BIGINT not null,
    piece          TEXT {by_bytes} not null,
    product        TEXT   not null,
    -- Where it was supplied, and to whom: who answers for it.
    from_outlet    TEXT   not null,
    partner        TEXT {by_bytes} not null,
    from_territory TEXT   not null,
    supplied_on    TEXT   not null,
    -- Where it turned up, and who was harmed there.
    outlet         TEXT {by_bytes} not null,
    harmed         TEXT   not null,
    territory      TEXT {by_bytes} not null,
    seen_on        TEXT   not null,
    way            TEXT   not null check (way in ('order', 'scan', 'hand')),
    reference      TEXT   not null,
    state          TEXT   not null check (state in ('open', 'case', 'dismissed')),
    reason         TEXT   not null,
    case_id        TEXT   not null,
    who            TEXT   not null,
    changed_us     BIGINT not null
);
create index price_finding_by_state on price_finding (state, seen_on, id);
create index price_finding_by_partner on price_finding (partner, seen_on, id);
create index price_finding_by_area on price_finding (territory, seen_on, id);

-- 价格保护: a cut of a price, and what is paid for stock of that day.
create table price_cut (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    product     TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    outlet_type TEXT   not null,
    cut_on      TEXT   not null,
    before      BIGINT not null,
    after       BIGINT not null check (after > 0),
    -- Last day of claims.
    claim_until TEXT   not null,
    source      TEXT   not null,
    state       TEXT   not null check (state in ('submitted', 'approved', 'refused')),
    made_by     TEXT   not null,
    decided_by  TEXT   not null,
    decision    TEXT   not null,
    changed_us  BIGINT not null,
    check (before > after)
);

create table price_claim (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    cut        TEXT {by_bytes} not null references price_cut (id),
    outlet     TEXT {by_bytes} not null,
    partner    TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    pieces     BIGINT not null check (pieces > 0),
    -- pieces × (before − after)
    amount     BIGINT not null check (amount > 0),
    note       TEXT   not null,
    state      TEXT   not null check (state in ('submitted', 'approved', 'refused')),
    made_by    TEXT   not null,
    decided_by TEXT   not null,
    decision   TEXT   not null,
    changed_us BIGINT not null
);
create index price_claim_by_state on price_claim (state, id);
create index price_claim_by_partner on price_claim (partner, id);

-- Each piece is claimed once for a cut, unless its claim was refused.
create table price_claim_piece (
    cut   TEXT {by_bytes} not null references price_cut (id),
    piece TEXT {by_bytes} not null,
    claim TEXT {by_bytes} not null references price_claim (id),
    primary key (cut, piece)
);
create index price_claim_piece_by_claim on price_claim_piece (claim);

-- The last number of a kind and day.
create table price_number (
    kind TEXT {by_bytes} not null,
    day  TEXT {by_bytes} not null,
    last BIGINT not null,
    primary key (kind, day)
);
