-- 陈列: the pictures an item of a checklist is compared with, from a version of it on (R7.26).
create table display_standard (
    template    TEXT {by_bytes} not null,
    version     BIGINT not null,
    item        TEXT {by_bytes} not null,
    -- Empty for every type of outlet.
    outlet_type TEXT {by_bytes} not null,
    sha256      TEXT   not null,
    note        TEXT   not null,
    who         TEXT   not null,
    at_us       BIGINT not null,
    primary key (template, version, item, outlet_type)
);

-- The last look at an item of an outlet, so that visits may come in any order.
create table display_look (
    outlet    TEXT {by_bytes} not null,
    template  TEXT {by_bytes} not null,
    item      TEXT {by_bytes} not null,
    partner   TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    day       TEXT   not null,
    visit     TEXT {by_bytes} not null,
    passed    BIGINT not null check (passed in (0, 1)),
    -- Of a place: us, competitor, both, empty. Of anything else empty.
    holder    TEXT   not null,
    -- Of a place that we hold: whether what stands there belongs to what runs now.
    outdated  BIGINT not null check (outdated in (0, 1)),
    primary key (outlet, template, item)
);
create index display_look_outdated on display_look (outdated, outlet);

-- The last result of a checklist at an outlet, hundredths of a percent.
create table display_score (
    outlet    TEXT {by_bytes} not null,
    template  TEXT {by_bytes} not null,
    version   BIGINT not null,
    partner   TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    day       TEXT   not null,
    visit     TEXT {by_bytes} not null,
    score     BIGINT not null,
    -- Score of each section, and each measure.
    parts     TEXT   not null,
    primary key (outlet, template)
);

-- 整改: what was not right at an outlet, until a later look says that it is (R7.265).
create table display_correction (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    outlet     TEXT {by_bytes} not null,
    partner    TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    template   TEXT {by_bytes} not null,
    item       TEXT {by_bytes} not null,
    template_version BIGINT not null,
    veto       BIGINT not null check (veto in (0, 1)),
    state      TEXT   not null check (state in ('open', 'fixed', 'verified', 'released')),
    owner      TEXT {by_bytes} not null,
    visit      TEXT   not null,
    opened_on  TEXT   not null,
    due_on     TEXT   not null,
    -- Photos, by SHA-256; empty for none.
    before     TEXT   not null,
    after      TEXT   not null,
    -- How often it was found wrong again.
    again      BIGINT not null,
    fixed_by   TEXT   not null,
    fixed_on   TEXT,
    closed_by  TEXT   not null,
    closed_on  TEXT,
    note       TEXT   not null,
    changed_us BIGINT not null
);
create unique index display_correction_once on display_correction (outlet, template, item) where state in ('open', 'fixed');
create index display_correction_by_due on display_correction (state, due_on, id);
create index display_correction_by_owner on display_correction (owner, state, due_on);

-- 陈列协议: what a partner lets us place, where and until when (R7.197, R7.199).
create table display_agreement (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    outlet     TEXT {by_bytes} not null,
    partner    TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    places     TEXT   not null,
    size       TEXT   not null,
    from_day   TEXT   not null,
    last_day   TEXT   not null,
    -- What is paid for it, fen.
    cost       BIGINT not null check (cost >= 0),
    rights     TEXT   not null,
    duties     TEXT   not null,
    state      TEXT   not null check (state in ('draft', 'signed', 'ended')),
    signed_by  TEXT   not null,
    signed_on  TEXT,
    made_by    TEXT   not null,
    ended_on   TEXT,
    note       TEXT   not null,
    changed_us BIGINT not null
);
create index display_agreement_by_outlet on display_agreement (outlet, state, last_day);
create index display_agreement_by_end on display_agreement (state, last_day, id);

-- 物料: POP as our asset, at one outlet and place (R7.198).
create table display_asset (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    kind        TEXT   not null,
    place       TEXT {by_bytes} not null,
    campaign    TEXT {by_bytes} not null,
    outlet      TEXT {by_bytes} not null,
    partner     TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    -- Fen.
    cost        BIGINT not null check (cost >= 0),
    valuable    BIGINT not null check (valuable in (0, 1)),
    state       TEXT   not null check (state in ('approved', 'in_production', 'placed', 'recalled', 'lost', 'cancelled')),
    condition   TEXT   not null check (condition in ('good', 'damaged', 'misplaced')),
    application TEXT {by_bytes} not null,
    asked_by    TEXT   not null,
    approved_on TEXT   not null,
    maker       TEXT   not null,
    ready_on    TEXT,
    -- Who of the partner agreed.
    consent     TEXT   not null,
    agreement   TEXT {by_bytes} not null,
    photo       TEXT   not null,
    placed_on   TEXT,
    checked_on  TEXT,
    check_by    TEXT,
    ended_on    TEXT,
    changed_us  BIGINT not null
);
create unique index display_asset_one_place on display_asset (outlet, place) where state = 'placed';
create unique index display_asset_by_application on display_asset (application);
create index display_asset_by_outlet on display_asset (outlet, state);
create index display_asset_by_campaign on display_asset (campaign, state);
create index display_asset_by_territory on display_asset (territory, id);

-- What happened to it, for good.
create table display_asset_event (
    asset TEXT {by_bytes} not null references display_asset (id),
    seq   BIGINT not null,
    act   TEXT   not null,
    note  TEXT   not null,
    photo TEXT   not null,
    who   TEXT   not null,
    at_us BIGINT not null,
    primary key (asset, seq)
);

-- 撤换: a campaign whose material is called back, and where it still hangs (R7.196).
create table display_recall (
    id       TEXT {by_bytes} not null primary key,
    campaign TEXT {by_bytes} not null unique,
    reason   TEXT   not null,
    due_on   TEXT   not null,
    who      TEXT   not null,
    at_us    BIGINT not null
);

create table display_recall_task (
    recall    TEXT {by_bytes} not null references display_recall (id),
    asset     TEXT {by_bytes} not null references display_asset (id),
    outlet    TEXT {by_bytes} not null,
    partner   TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    owner     TEXT   not null,
    state     TEXT   not null check (state in ('open', 'done')),
    photo     TEXT   not null,
    done_by   TEXT   not null,
    done_on   TEXT,
    primary key (recall, asset)
);
create index display_recall_task_open on display_recall_task (state, outlet);
