-- 新品上市包: material that must stand at chosen outlets by a day (R7.128).
create table display_launch (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    product    TEXT {by_bytes} not null,
    name       TEXT   not null,
    territory  TEXT {by_bytes} not null,
    items      TEXT   not null,
    due_on     TEXT   not null,
    state      TEXT   not null check (state in ('open', 'closed')),
    made_by    TEXT   not null,
    note       TEXT   not null,
    changed_us BIGINT not null
);
create index display_launch_by_area on display_launch (territory, id);

create table display_launch_task (
    launch    TEXT {by_bytes} not null references display_launch (id),
    outlet    TEXT {by_bytes} not null,
    material  TEXT   not null,
    place     TEXT {by_bytes} not null,
    partner   TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    owner     TEXT {by_bytes} not null,
    state     TEXT   not null check (state in ('open', 'done')),
    photo     TEXT   not null,
    done_by   TEXT   not null,
    done_on   TEXT,
    primary key (launch, outlet, place)
);
create index display_launch_task_open on display_launch_task (state, outlet);
create index display_launch_task_by_owner on display_launch_task (owner, state);
