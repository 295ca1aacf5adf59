-- 区域数: how many units of a level there truly are in a division, whether or not an outlet stands in them, from a day on (R7.107).
create table network_universe (
    territory      TEXT   not null,
    level          TEXT   not null check (level in ('province', 'city', 'county', 'township', 'village')),
    effective_from TEXT   not null,
    units          BIGINT not null check (units >= 0),
    source         TEXT   not null,
    primary key (territory, level, effective_from)
);
