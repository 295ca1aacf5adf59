-- Views of figures that people keep, share and have sent to them (R1.12).
create table metrics_view (
    id            TEXT   not null primary key,
    version       BIGINT not null,
    owner         TEXT {by_bytes} not null,
    name          TEXT   not null,
    query         TEXT   not null,
    created_at_us BIGINT not null,
    updated_at_us BIGINT not null
);
create index metrics_view_by_owner on metrics_view (owner, name);

-- Who else may open a view: a role or a person.
create table metrics_view_share (
    view_id TEXT not null references metrics_view (id),
    kind    TEXT not null check (kind in ('role', 'person')),
    code    TEXT {by_bytes} not null,
    primary key (view_id, kind, code)
);

-- How much of a metric somebody is to reach in a month (R7.2).
create table metrics_target (
    metric TEXT    not null,
    kind   TEXT    not null check (kind in ('territory', 'partner', 'outlet')),
    code   TEXT    not null,
    month  TEXT    not null,
    value  BIGINT  not null,
    primary key (metric, kind, code, month)
);
