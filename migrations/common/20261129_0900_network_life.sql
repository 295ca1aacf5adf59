-- 落实: what an approved application brought about, or why it could not.
create table flow_effect (
    instance TEXT {by_bytes} not null primary key references flow_instance (id),
    kind     TEXT   not null,
    state    TEXT   not null check (state in ('done', 'refused')),
    -- What it was refused with; empty where it was carried out.
    code     TEXT   not null,
    zh       TEXT   not null,
    en       TEXT   not null,
    tries    BIGINT not null,
    at_us    BIGINT not null
);

-- Whom and what an application is about, to be found by it.
alter table flow_instance add column partner TEXT;
alter table flow_instance add column outlet TEXT;
create index flow_instance_by_partner on flow_instance (partner, changed_us) where partner is not null;
create index flow_instance_by_outlet on flow_instance (outlet, changed_us) where outlet is not null;

-- 状态: where a partner or an outlet stands from a day on. Lines are added; of those that have begun the last one holds.
create table network_state (
    noun        TEXT   not null check (noun in ('partner', 'outlet')),
    code        TEXT {by_bytes} not null,
    seq         BIGINT not null,
    state       TEXT   not null,
    from_day    TEXT   not null,
    who         TEXT   not null,
    reason      TEXT   not null,
    -- Number of the application; empty where none was needed.
    application TEXT   not null,
    at_us       BIGINT not null,
    primary key (noun, code, seq)
);

-- 候选: partners and outlets that are not in force yet, and what they are to become.
create table network_candidate (
    noun      TEXT   not null check (noun in ('partner', 'outlet')),
    code      TEXT {by_bytes} not null,
    version   BIGINT not null,
    name      TEXT   not null,
    -- Of a partner whom it is to stand under, of an outlet whose it is to be; empty for nobody.
    above     TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    -- Type of a partner, channel category of an outlet.
    kind      TEXT   not null,
    -- Tier of a partner, sub-type of an outlet.
    class     TEXT   not null,
    address   TEXT   not null,
    made_by   TEXT   not null,
    at_us     BIGINT not null,
    primary key (noun, code)
);

-- What seals of personal numbers are made with: one line, made once.
create table network_salt (
    id   BIGINT not null primary key check (id = 1),
    salt TEXT   not null
);

-- 识别号: by which numbers a partner, outlet or clerk is recognised: their seals and masks, never the numbers.
create table network_key (
    noun  TEXT   not null,
    code  TEXT {by_bytes} not null,
    kind  TEXT   not null check (kind in ('licence', 'person', 'phone', 'account')),
    seal  TEXT {by_bytes} not null,
    mask  TEXT   not null,
    who   TEXT   not null,
    at_us BIGINT not null,
    primary key (noun, code, kind, seal)
);
create index network_key_by_seal on network_key (kind, seal);

-- 黑名单: who is kept out, by which number, since when and why; lifted, never taken away (R0.36).
create table network_blacklist (
    id                 TEXT {by_bytes} not null primary key,
    kind               TEXT   not null check (kind in ('partner', 'licence', 'person', 'phone', 'account')),
    -- The code of a partner, else a seal.
    seal               TEXT {by_bytes} not null,
    mask               TEXT   not null,
    reason             TEXT   not null,
    application        TEXT   not null,
    from_day           TEXT   not null,
    put_by             TEXT   not null,
    put_us             BIGINT not null,
    lifted_on          TEXT,
    lifted_by          TEXT,
    lifted_us          BIGINT,
    lifted_reason      TEXT,
    lifted_application TEXT
);
create unique index network_blacklist_in_force on network_blacklist (kind, seal) where lifted_on is null;

-- 退出: the way of a partner out of the channel.
create table network_exit (
    id          TEXT {by_bytes} not null primary key,
    version     BIGINT not null,
    partner     TEXT {by_bytes} not null,
    state       TEXT   not null check (state in ('opened', 'notice', 'clearing', 'settled', 'closed')),
    cause       TEXT   not null,
    notice_on   TEXT   not null,
    last_day    TEXT   not null,
    application TEXT   not null,
    opened_by   TEXT   not null,
    opened_us   BIGINT not null,
    closed_on   TEXT
);
create unique index network_exit_open on network_exit (partner) where state <> 'closed';
create table network_exit_step (
    exit_id TEXT {by_bytes} not null references network_exit (id),
    seq     BIGINT not null,
    state   TEXT   not null,
    who     TEXT   not null,
    note    TEXT   not null,
    at_us   BIGINT not null,
    primary key (exit_id, seq)
);

-- 受理权限等级: of a partner from a day on.
create table network_grade (
    partner     TEXT {by_bytes} not null,
    from_day    TEXT   not null,
    grade       TEXT   not null,
    application TEXT   not null,
    who         TEXT   not null,
    at_us       BIGINT not null,
    primary key (partner, from_day)
);

-- 地址: where an outlet stands from a day on, where that is known; degrees in millionths.
create table network_site (
    outlet      TEXT {by_bytes} not null,
    from_day    TEXT   not null,
    address     TEXT   not null,
    lat_e6      BIGINT,
    lon_e6      BIGINT,
    application TEXT   not null,
    who         TEXT   not null,
    at_us       BIGINT not null,
    primary key (outlet, from_day)
);

-- What an agreement signed here is about, besides its partner and days.
create table network_agreement_term (
    agreement   TEXT {by_bytes} not null primary key references network_agreement (code),
    business    TEXT   not null,
    deposit     BIGINT not null check (deposit >= 0),
    signed_on   TEXT,
    application TEXT   not null
);

-- How far the master files of the server's folder are: how often a noun changed, and with which of these changes its file was written.
create table network_folder (
    noun    TEXT   not null primary key,
    changes BIGINT not null,
    written BIGINT not null,
    -- SHA-256 over the files of the noun as they were last read or written; empty before.
    sha256  TEXT   not null
);
insert into network_folder (noun, changes, written, sha256)
    values ('partner', 0, 0, ''), ('outlet', 0, 0, ''), ('clerk', 0, 0, ''), ('agreement', 0, 0, '');
