-- 多节点: servers that work on this database, what only one of them does at a time, and whose a job is (R0.42).
create table node (
    name     TEXT {by_bytes} not null primary key,
    -- Of one start of the server: another start under the same name takes its place.
    id       TEXT {by_bytes} not null unique,
    begun_us BIGINT not null,
    -- Until when it counts as running, by the database's clock.
    until_us BIGINT not null
);

-- Whoever has the row leads, as long as it says so in time.
create table lease (
    name     TEXT {by_bytes} not null primary key,
    node     TEXT {by_bytes} not null,
    -- Of a piece of work that ends; empty for what a server leads in as long as it runs.
    hold     TEXT {by_bytes} not null,
    until_us BIGINT not null
);
create index lease_by_node on lease (node);

alter table job add column node TEXT not null default '';
-- When somebody asked it to stop, on whichever server.
alter table job add column stop_us BIGINT;
-- How far it is, so that other servers can tell.
alter table job add column done BIGINT not null default 0;
alter table job add column total BIGINT not null default 0;
alter table job add column note_zh TEXT not null default '';
alter table job add column note_en TEXT not null default '';
