-- 意向: somebody who may become a partner or open an outlet, by stage (R7.13).
create table recruit_prospect (
    id             TEXT {by_bytes} not null primary key,
    version        BIGINT not null,
    name           TEXT   not null,
    company        TEXT   not null,
    territory      TEXT {by_bytes} not null,
    tier           TEXT   not null,
    source         TEXT   not null check (source in ('visit', 'event', 'enquiry')),
    source_id      TEXT {by_bytes} not null,
    plan           TEXT {by_bytes} not null,
    stage          TEXT   not null check (stage in ('found', 'visited', 'negotiated', 'signed', 'opened', 'lost')),
    owner          TEXT   not null,
    -- The outlet it opened, and the day of its first order.
    outlet         TEXT   not null,
    first_order_on TEXT,
    made_us        BIGINT not null,
    changed_us     BIGINT not null
);
create index recruit_prospect_by_plan on recruit_prospect (plan);
create index recruit_prospect_by_source on recruit_prospect (source, source_id);

-- A number is of one prospect: who brings it again is the same one.
create table recruit_prospect_key (
    kind     TEXT {by_bytes} not null,
    seal     TEXT {by_bytes} not null,
    mask     TEXT   not null,
    prospect TEXT {by_bytes} not null references recruit_prospect (id),
    primary key (kind, seal)
);
create index recruit_prospect_key_by_prospect on recruit_prospect_key (prospect);

create table recruit_stage (
    prospect TEXT {by_bytes} not null references recruit_prospect (id),
    seq      BIGINT not null,
    stage    TEXT   not null,
    on_day   TEXT   not null,
    who      TEXT   not null,
    note     TEXT   not null,
    at_us    BIGINT not null,
    primary key (prospect, seq)
);

-- 接洽: an enquiry to become an agent (R8.13).
create table recruit_enquiry (
    id           TEXT {by_bytes} not null primary key,
    version      BIGINT not null,
    name         TEXT   not null,
    phone        TEXT   not null,
    phone_seal   TEXT   not null,
    territory    TEXT {by_bytes} not null,
    wants        TEXT   not null,
    way          TEXT   not null check (way in ('phone', 'counter', 'web', 'introduced')),
    state        TEXT   not null check (state in ('new', 'contacted', 'prospect', 'closed')),
    assigned_to  TEXT   not null,
    received_us  BIGINT not null,
    due_us       BIGINT not null,
    contacted_us BIGINT,
    note         TEXT   not null,
    prospect     TEXT   not null,
    made_by      TEXT   not null
);

-- 拓展计划: where how many are to be won, by whom and by when (R5.5, R5.6, R5.7, R7.14, R8.16).
create table recruit_plan (
    id        TEXT {by_bytes} not null primary key,
    version   BIGINT not null,
    kind      TEXT   not null check (kind in ('open', 'rural', 'district', 'area')),
    title     TEXT   not null,
    territory TEXT {by_bytes} not null,
    tier      TEXT   not null,
    district  TEXT   not null,
    target    BIGINT not null check (target > 0),
    owner     TEXT   not null,
    from_day  TEXT   not null,
    due_on    TEXT   not null,
    entry     TEXT   not null,
    closed_on TEXT,
    made_by   TEXT   not null,
    made_us   BIGINT not null
);

-- 招商会: made when its application is approved (R8.17).
create table recruit_event (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    state       TEXT   not null check (state in ('preparing', 'held', 'closed', 'cancelled')),
    title       TEXT   not null,
    held_on     TEXT   not null,
    place       TEXT   not null,
    territory   TEXT {by_bytes} not null,
    guests      BIGINT not null,
    goal        BIGINT not null,
    budget      BIGINT not null,
    cost        BIGINT not null check (cost >= 0),
    owner       TEXT   not null,
    definition  BIGINT not null,
    note        TEXT   not null,
    made_us     BIGINT not null
);

create table recruit_task (
    event    TEXT {by_bytes} not null references recruit_event (id),
    task     TEXT {by_bytes} not null,
    seq      BIGINT not null,
    version  BIGINT not null,
    owner    TEXT   not null,
    due_on   TEXT   not null,
    state    TEXT   not null check (state in ('open', 'done', 'dropped')),
    evidence TEXT   not null,
    ended_on TEXT,
    ended_by TEXT   not null,
    primary key (event, task)
);

create table recruit_guest (
    id         TEXT {by_bytes} not null primary key,
    event      TEXT {by_bytes} not null references recruit_event (id),
    version    BIGINT not null,
    name       TEXT   not null,
    company    TEXT   not null,
    phone      TEXT   not null,
    phone_seal TEXT {by_bytes} not null,
    mail       TEXT   not null,
    -- What lets them in.
    code       TEXT {by_bytes} not null,
    delivery   TEXT   not null check (delivery in ('none', 'queued', 'sent', 'failed', 'by_hand')),
    delivered  TEXT   not null,
    answer     TEXT   not null check (answer in ('open', 'yes', 'no', 'later')),
    answer_note TEXT  not null,
    -- The last reminder that was sent: days before the event; 0 for none.
    reminded   BIGINT not null,
    checked_us BIGINT,
    prospect   TEXT   not null,
    next_on    TEXT,
    outcome    TEXT   not null check (outcome in ('open', 'signed', 'nurtured', 'lost')),
    outcome_note TEXT not null,
    unique (event, code)
);
create index recruit_guest_by_event on recruit_guest (event, id);

-- 名片、问卷: what was brought in, and the prospect it became or belongs to (R8.33).
create table recruit_card (
    event    TEXT {by_bytes} not null references recruit_event (id),
    seq      BIGINT not null,
    kind     TEXT   not null check (kind in ('card', 'questionnaire')),
    guest    TEXT   not null,
    prospect TEXT {by_bytes} not null references recruit_prospect (id),
    fresh    BIGINT not null,
    answers  TEXT   not null,
    who      TEXT   not null,
    at_us    BIGINT not null,
    primary key (event, seq)
);

-- 奖品: never more are given than were bought (R8.31).
create table recruit_prize (
    event     TEXT {by_bytes} not null references recruit_event (id),
    seq       BIGINT not null,
    name      TEXT   not null,
    purchased BIGINT not null check (purchased > 0),
    issued    BIGINT not null check (issued >= 0 and issued <= purchased),
    primary key (event, seq)
);

create table recruit_prize_given (
    event TEXT {by_bytes} not null,
    prize BIGINT not null,
    guest TEXT {by_bytes} not null references recruit_guest (id),
    who   TEXT   not null,
    at_us BIGINT not null,
    primary key (event, prize, guest)
);

create table recruit_incident (
    event TEXT {by_bytes} not null references recruit_event (id),
    seq   BIGINT not null,
    what  TEXT   not null,
    who   TEXT   not null,
    at_us BIGINT not null,
    primary key (event, seq)
);
