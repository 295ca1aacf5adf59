-- 流动助销: a roadshow unit of one week in one area (R1.17).
create table field_roadshow (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    -- Its Monday.
    week        TEXT   not null,
    territory   TEXT {by_bytes} not null,
    title       TEXT   not null,
    leader      TEXT {by_bytes} not null,
    vehicle     TEXT   not null,
    kit         TEXT   not null,
    state       TEXT   not null check (state in ('booked', 'departed', 'closed', 'cancelled')),
    -- What was counted of the kit, by part, and who counted; empty before.
    counted     TEXT   not null,
    checked_by  TEXT   not null,
    checked_us  BIGINT,
    -- Who let it go with less than the kit, and why.
    approved_by TEXT   not null,
    reason      TEXT   not null,
    made_by     TEXT   not null,
    changed_us  BIGINT not null
);
create index field_roadshow_by_week on field_roadshow (week, territory, id);

-- Who and what is with a unit: a person, vehicle or kit is with one unit in a week (R1.18). Rows of a unit that was called off are taken away.
create table field_roadshow_claim (
    kind     TEXT   not null check (kind in ('person', 'vehicle', 'kit')),
    code     TEXT {by_bytes} not null,
    week     TEXT   not null,
    roadshow TEXT {by_bytes} not null references field_roadshow (id),
    name     TEXT   not null,
    primary key (kind, code, week)
);
create index field_roadshow_claim_by_roadshow on field_roadshow_claim (roadshow, kind, code);

-- A stop, with what it came to (R1.20).
create table field_roadshow_stop (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    roadshow    TEXT {by_bytes} not null references field_roadshow (id),
    -- An outlet, or a place in words.
    outlet      TEXT {by_bytes} not null,
    place       TEXT   not null,
    territory   TEXT {by_bytes} not null,
    lat_e6      BIGINT,
    lon_e6      BIGINT,
    day         TEXT   not null,
    -- The agent its sales are credited to; empty while nothing was sold.
    partner     TEXT {by_bytes} not null,
    visitors    BIGINT not null check (visitors >= 0),
    demos       BIGINT not null check (demos >= 0),
    leads       BIGINT not null check (leads >= 0),
    activations BIGINT not null check (activations >= 0),
    handsets    BIGINT not null check (handsets >= 0),
    -- Fen.
    cost        BIGINT not null check (cost >= 0),
    note        TEXT   not null,
    made_by     TEXT   not null,
    changed_by  TEXT   not null,
    began_us    BIGINT not null,
    changed_us  BIGINT not null
);
create index field_roadshow_stop_by_roadshow on field_roadshow_stop (roadshow, day, began_us);

-- 到岗: who was where from when to when, at a stop or helping in an outlet, with the positions of coming and leaving.
create table field_attendance (
    id         TEXT {by_bytes} not null primary key,
    kind       TEXT   not null check (kind in ('roadshow', 'assist')),
    -- Empty for help in an outlet.
    roadshow   TEXT {by_bytes} not null,
    stop       TEXT   not null,
    outlet     TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    -- Whoever was there.
    manager    TEXT {by_bytes} not null,
    name       TEXT   not null,
    day        TEXT   not null,
    site_lat_e6 BIGINT,
    site_lon_e6 BIGINT,
    came_us    BIGINT not null,
    left_us    BIGINT,
    -- What the phone said, or nothing; what it is worth; metres from the place.
    came_at    TEXT   not null,
    came_level TEXT   not null,
    came_m     BIGINT,
    left_at    TEXT   not null,
    left_level TEXT   not null,
    left_m     BIGINT,
    note       TEXT   not null,
    made_by    TEXT   not null,
    changed_us BIGINT not null,
    check (left_us is null or left_us >= came_us)
);
create index field_attendance_by_manager on field_attendance (manager, day, came_us);
create index field_attendance_by_territory on field_attendance (territory, day, came_us);
create index field_attendance_by_roadshow on field_attendance (roadshow, stop, came_us);
-- Nobody is at two places at once.
create unique index field_attendance_here on field_attendance (manager) where left_us is null;
