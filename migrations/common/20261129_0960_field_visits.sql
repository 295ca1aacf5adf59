-- 检查表: every version of a checklist that was served, so that a visit under way stays on its own (R7.19).
create table field_template (
    template TEXT {by_bytes} not null,
    version  BIGINT not null,
    sha256   TEXT   not null,
    body     TEXT   not null,
    at_us    BIGINT not null,
    primary key (template, version)
);

-- 拜访: what its writes came to (R7.34). The id is the phone's.
create table field_visit (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    manager     TEXT {by_bytes} not null,
    outlet      TEXT {by_bytes} not null,
    partner     TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    outlet_type TEXT   not null,
    size        TEXT   not null,
    -- Where the outlet stood and from when on it was closed, as the network knew it.
    site_lat_e6 BIGINT,
    site_lon_e6 BIGINT,
    closed_from TEXT,
    -- Lists of the phone: purposes, and the version of each checklist.
    purposes    TEXT   not null,
    templates   TEXT   not null,
    planned_on  TEXT,
    -- The day of the check-in; of its beginning while there is none.
    day         TEXT   not null,
    began_us    BIGINT not null,
    entered_us  BIGINT,
    left_us     BIGINT,
    lat_e6      BIGINT,
    lon_e6      BIGINT,
    state       TEXT   not null check (state in ('planned', 'in_progress', 'checked_out', 'reported', 'reviewed')),
    -- Whether it counts as a visit: open while it is not reported; held while a supervisor is to look.
    counts      TEXT   not null check (counts in ('open', 'held', 'yes', 'no')),
    -- 神秘顾客: not to be seen by the outlet and its manager (R0.39).
    hidden      BIGINT not null check (hidden in (0, 1)),
    -- Scores, steps and measures.
    result      TEXT   not null,
    decided_by  TEXT   not null,
    decided_us  BIGINT,
    reason      TEXT   not null,
    received_us BIGINT not null,
    changed_us  BIGINT not null
);
create index field_visit_by_manager on field_visit (manager, day, id);
create index field_visit_by_outlet on field_visit (outlet, day, id);
create index field_visit_by_territory on field_visit (territory, day, id);
create index field_visit_by_counts on field_visit (counts, day, id);

-- What phones wrote, for good.
create table field_write (
    visit       TEXT {by_bytes} not null references field_visit (id),
    id          TEXT {by_bytes} not null,
    seq         BIGINT not null,
    path        TEXT   not null,
    device      TEXT   not null,
    who         TEXT   not null,
    at_us       BIGINT not null,
    -- By how much the phone's clock was behind ours.
    skew_us     BIGINT not null,
    replaces    TEXT   not null,
    value       TEXT   not null,
    received_us BIGINT not null,
    primary key (visit, id)
);

-- Photos and signatures that came whole. The file stands under its hash in the file store.
create table field_photo (
    visit       TEXT {by_bytes} not null,
    sha256      TEXT {by_bytes} not null,
    who         TEXT   not null,
    bytes       BIGINT not null,
    kind        TEXT   not null,
    received_us BIGINT not null,
    primary key (visit, sha256)
);
create index field_photo_by_hash on field_photo (sha256);

-- What is strange about a visit (R0.25).
create table field_flag (
    visit TEXT {by_bytes} not null references field_visit (id),
    -- The flag as text, which tells two of a code apart.
    body  TEXT {by_bytes} not null,
    code  TEXT   not null,
    holds BIGINT not null check (holds in (0, 1)),
    -- Somebody looked at it.
    seen  BIGINT not null check (seen in (0, 1)),
    at_us BIGINT not null,
    primary key (visit, body)
);
create index field_flag_open on field_flag (holds, seen, at_us);

-- 承诺: what was promised to a partner or outlet, and whether it was kept (R7.77).
create table field_promise (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    manager    TEXT {by_bytes} not null,
    outlet     TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    visit      TEXT   not null,
    text       TEXT   not null,
    made_on    TEXT   not null,
    due_on     TEXT   not null,
    state      TEXT   not null check (state in ('open', 'kept', 'broken', 'released')),
    closed_on  TEXT,
    reason     TEXT   not null,
    changed_us BIGINT not null
);
create index field_promise_by_manager on field_promise (manager, due_on, id);
create index field_promise_by_outlet on field_promise (outlet, state, due_on);

-- 渠道日记: what somebody adds to a day that wrote itself, and that it was sent.
create table field_diary (
    manager    TEXT {by_bytes} not null,
    day        TEXT   not null,
    version    BIGINT not null,
    state      TEXT   not null check (state in ('open', 'sent', 'answered')),
    note       TEXT   not null,
    -- What the day came to when it was sent.
    body       TEXT   not null,
    sent_us    BIGINT,
    answer     TEXT   not null,
    answered_by TEXT  not null,
    changed_us BIGINT not null,
    primary key (manager, day)
);

-- 计划: the outlets of a manager's day in their order (R7.38). What somebody put there by hand stays when a plan is proposed anew.
create table field_plan (
    manager    TEXT {by_bytes} not null,
    day        TEXT   not null,
    version    BIGINT not null,
    -- Stops in order: outlet, by hand or not, purposes, target.
    stops      TEXT   not null,
    changed_by TEXT   not null,
    changed_us BIGINT not null,
    primary key (manager, day)
);
