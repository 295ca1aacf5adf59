-- 竞品估计: what a rival is thought to leave the shop and the clerk for a unit, in a division from a day on (R7.143).
create table rival_estimate (
    territory      TEXT   not null,
    product        TEXT   not null,
    rival          TEXT   not null,
    effective_from TEXT   not null,
    shop_fen       BIGINT not null check (shop_fen >= 0),
    clerk_fen      BIGINT not null check (clerk_fen >= 0),
    source         TEXT   not null,
    noted_by       TEXT   not null,
    primary key (territory, product, rival, effective_from)
);
