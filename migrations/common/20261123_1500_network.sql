-- The network as dated rows: a record is a code with a version, its rows hold for effective_from <= day < effective_to (R0.4).
-- effective_from 0001-01-01 means since ever, effective_to null means open. Rows of one code never share a day.

-- One row for each noun, locked by whoever writes it, shared by whoever refers to it.
create table network_lock (
    noun TEXT not null primary key
);
insert into network_lock (noun) values ('partner'), ('outlet'), ('clerk'), ('agreement');

-- 代理商: who it is, under whom, of which tier.
create table network_partner (
    code          TEXT {by_bytes} not null primary key,
    version       BIGINT not null,
    updated_at_us BIGINT not null
);
create table network_partner_row (
    code           TEXT {by_bytes} not null references network_partner (code),
    name           TEXT   not null,
    kind           TEXT   not null,
    tier           TEXT   not null,
    level          BIGINT not null,
    parent         TEXT   not null,
    territory      TEXT {by_bytes} not null,
    since          TEXT   not null,
    blacklisted    BIGINT not null check (blacklisted in (0, 1)),
    effective_from TEXT   not null,
    effective_to   TEXT,
    primary key (code, effective_from),
    check (effective_to is null or effective_from < effective_to)
);
create index network_partner_row_by_parent on network_partner_row (parent);
create index network_partner_row_by_territory on network_partner_row (territory, code);

-- 网点: where it is, what it is, whose it is.
create table network_outlet (
    code          TEXT {by_bytes} not null primary key,
    version       BIGINT not null,
    updated_at_us BIGINT not null
);
create table network_outlet_row (
    code           TEXT {by_bytes} not null references network_outlet (code),
    name           TEXT not null,
    owner          TEXT not null,
    territory      TEXT {by_bytes} not null,
    channel        TEXT not null,
    subtype        TEXT not null,
    grade          TEXT not null,
    district       TEXT not null,
    effective_from TEXT not null,
    effective_to   TEXT,
    primary key (code, effective_from),
    check (effective_to is null or effective_from < effective_to)
);
create index network_outlet_row_by_owner on network_outlet_row (owner);
create index network_outlet_row_by_territory on network_outlet_row (territory, code);

-- 店员: a work ID and its outlet.
create table network_clerk (
    code          TEXT {by_bytes} not null primary key,
    version       BIGINT not null,
    updated_at_us BIGINT not null
);
create table network_clerk_row (
    code           TEXT {by_bytes} not null references network_clerk (code),
    name           TEXT not null,
    outlet         TEXT not null,
    effective_from TEXT not null,
    effective_to   TEXT,
    primary key (code, effective_from),
    check (effective_to is null or effective_from < effective_to)
);
create index network_clerk_row_by_outlet on network_clerk_row (outlet);

-- 协议: what a partner signed, for how long; commitment in fen.
create table network_agreement (
    code          TEXT {by_bytes} not null primary key,
    version       BIGINT not null,
    updated_at_us BIGINT not null
);
create table network_agreement_row (
    code           TEXT {by_bytes} not null references network_agreement (code),
    partner        TEXT   not null,
    commitment     BIGINT not null,
    renewed        BIGINT not null check (renewed in (0, 1)),
    effective_from TEXT   not null,
    effective_to   TEXT,
    primary key (code, effective_from),
    check (effective_to is null or effective_from < effective_to)
);
create index network_agreement_row_by_partner on network_agreement_row (partner);
