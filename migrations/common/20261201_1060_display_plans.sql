-- 投放计划: what is to be placed in an area, line by line with its owner; pieces are made from it once it is approved (R7.189, R7.191).
create table display_plan (
    id           TEXT {by_bytes} not null primary key,
    version      BIGINT not null,
    campaign     TEXT {by_bytes} not null,
    territory    TEXT {by_bytes} not null,
    state        TEXT   not null check (state in ('draft', 'submitted', 'approved', 'ended')),
    made_by      TEXT   not null,
    submitted_by TEXT   not null,
    decided_by   TEXT   not null,
    decided_on   TEXT,
    note         TEXT   not null,
    changed_us   BIGINT not null
);
create index display_plan_by_area on display_plan (territory, id);

create table display_plan_line (
    plan     TEXT {by_bytes} not null references display_plan (id),
    line     BIGINT not null,
    material TEXT   not null,
    place    TEXT {by_bytes} not null,
    -- Pieces, one at an outlet, and what all of them may cost, fen.
    quantity BIGINT not null check (quantity > 0),
    budget   BIGINT not null check (budget >= 0),
    from_day TEXT   not null,
    last_day TEXT   not null,
    -- Login of whoever answers for it; empty while nobody does.
    owner    TEXT {by_bytes} not null,
    outlets  TEXT   not null,
    primary key (plan, line)
);

-- The plan and line a piece was made from; empty and 0 for one that was applied for.
alter table display_asset add column plan TEXT {by_bytes} not null default '';
alter table display_asset add column plan_line BIGINT not null default 0;
create index display_asset_by_plan on display_asset (plan, plan_line);
