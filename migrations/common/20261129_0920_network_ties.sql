-- 合并: one partner or outlet that was kept twice; the old id points to the new one from a day on, and both keep their history (R0.10).
create table network_merge (
    noun     TEXT   not null check (noun in ('partner', 'outlet')),
    old_code TEXT {by_bytes} not null,
    new_code TEXT {by_bytes} not null,
    from_day TEXT   not null,
    reason   TEXT   not null,
    who      TEXT   not null,
    at_us    BIGINT not null,
    primary key (noun, old_code),
    check (old_code <> new_code)
);
create index network_merge_into on network_merge (noun, new_code);

-- 片区: whose an outlet is to look after, from a day up to, not including, another; one at a time.
create table network_portfolio (
    outlet    TEXT {by_bytes} not null,
    from_day  TEXT   not null,
    to_day    TEXT,
    login     TEXT {by_bytes} not null,
    reason    TEXT   not null,
    who       TEXT   not null,
    at_us     BIGINT not null,
    primary key (outlet, from_day),
    check (to_day is null or from_day < to_day)
);
create index network_portfolio_by_login on network_portfolio (login, outlet);

-- 关键联系人: who decides at an outlet or partner, and what they need (R7.43, R7.144); the phone is kept with other private data.
create table network_contact (
    id            TEXT {by_bytes} not null primary key,
    version       BIGINT not null,
    noun          TEXT   not null check (noun in ('partner', 'outlet')),
    code          TEXT {by_bytes} not null,
    name          TEXT   not null,
    post          TEXT   not null,
    -- decides, advises, uses.
    power         TEXT   not null check (power in ('decides', 'advises', 'uses')),
    -- for, neutral, against.
    attitude      TEXT   not null check (attitude in ('for', 'neutral', 'against')),
    attitude_on   TEXT   not null,
    needs         TEXT   not null,
    limits        TEXT   not null,
    opportunities TEXT   not null,
    from_day      TEXT   not null,
    to_day        TEXT,
    who           TEXT   not null,
    at_us         BIGINT not null
);
create index network_contact_by_code on network_contact (noun, code);
