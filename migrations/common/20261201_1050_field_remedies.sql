-- 补差任务: what a weekly or monthly review shows to be missing, taken into the time after it as a task with a day (R2.14).
create table field_remedy (
    id         TEXT {by_bytes} not null primary key,
    version    BIGINT not null,
    manager    TEXT {by_bytes} not null,
    -- Empty for what is of no single outlet; then the territory is the manager's.
    outlet     TEXT {by_bytes} not null,
    territory  TEXT {by_bytes} not null,
    -- The days that were looked back on, both included, and the line of the review.
    first_day  TEXT   not null,
    last_day   TEXT   not null,
    line       TEXT   not null,
    text       TEXT   not null,
    due_on     TEXT   not null,
    state      TEXT   not null check (state in ('open', 'done', 'dropped')),
    made_by    TEXT   not null,
    closed_by  TEXT   not null,
    closed_on  TEXT,
    closed_us  BIGINT,
    reason     TEXT   not null,
    changed_us BIGINT not null
);
create index field_remedy_by_manager on field_remedy (manager, state, due_on);
create index field_remedy_by_span on field_remedy (manager, last_day, first_day);
