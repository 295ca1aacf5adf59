-- 电话回访与预约: calls of channel managers, each with what was said in writing (R7.86). Kept for good.
create table field_call (
    id         TEXT {by_bytes} not null primary key,
    manager    TEXT {by_bytes} not null,
    -- Outlet and partner; one of them may be empty.
    outlet     TEXT {by_bytes} not null,
    partner    TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    -- What the person is called.
    name       TEXT   not null,
    outcome    TEXT   not null check (outcome in ('reached', 'no_answer', 'declined')),
    minute     TEXT   not null,
    -- The day in China on which the call was made.
    day        TEXT   not null,
    at_us      BIGINT not null,
    made_us    BIGINT not null
);
create index field_call_by_manager on field_call (manager, day, at_us);
create index field_call_by_outlet on field_call (outlet, at_us);

-- 预约: a visit that was agreed on in a call.
create table field_appointment (
    call       TEXT {by_bytes} not null primary key references field_call (id),
    version    BIGINT not null,
    manager    TEXT {by_bytes} not null,
    outlet     TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    meet_on    TEXT   not null,
    -- Minutes after midnight.
    meet_min   BIGINT not null check (meet_min >= 0 and meet_min < 1440),
    state      TEXT   not null check (state in ('open', 'kept', 'dropped')),
    closed_us  BIGINT,
    reason     TEXT   not null,
    changed_us BIGINT not null
);
create index field_appointment_by_manager on field_appointment (manager, state, meet_on);
