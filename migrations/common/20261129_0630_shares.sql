-- 共享: a person lets another see their customers or documents from a day up to, not including, another, without acting for them (R8.101).
create table access_share (
    id             TEXT   not null primary key,
    giver          TEXT {by_bytes} not null references access_person (login),
    taker          TEXT {by_bytes} not null references access_person (login),
    customers      BIGINT not null check (customers in (0, 1)),
    documents      BIGINT not null check (documents in (0, 1)),
    writes         BIGINT not null check (writes in (0, 1)),
    effective_from TEXT   not null,
    effective_to   TEXT   not null,
    reason         TEXT   not null,
    created_us     BIGINT not null,
    revoked_us     BIGINT,
    revoked_by     TEXT,
    check (effective_from < effective_to),
    check (giver <> taker)
);
create index access_share_by_giver on access_share (giver, created_us);
create index access_share_by_taker on access_share (taker, created_us);
