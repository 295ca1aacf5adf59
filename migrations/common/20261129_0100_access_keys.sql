-- The version of a person's own data, so that the second of two editors is told (R0.24), and when somebody may be reached.
alter table access_person add column version BIGINT not null default 1;
alter table access_person add column duty_hours TEXT not null default '';

-- 个人信息: phone, ID number, bank account of a person or of another record; shown masked, and unmasked only with an audit entry (R0.16).
create table access_private (
    noun    TEXT not null,
    noun_id TEXT {by_bytes} not null,
    kind    TEXT not null check (kind in ('phone', 'id_number', 'bank_account')),
    value   TEXT not null,
    primary key (noun, noun_id, kind)
);
create index access_private_by_value on access_private (kind, value);

-- 动态口令: the secret a person's phone makes codes from. It opens nothing without the password. A step is half a minute, used once.
create table access_totp (
    login           TEXT {by_bytes} not null primary key references access_person (login),
    secret          {bytes} not null,
    confirmed_at_us BIGINT,
    last_step       BIGINT not null
);

-- Codes for a lost phone: hashes, each good once.
create table access_recovery (
    login      TEXT {by_bytes} not null references access_person (login),
    code       TEXT not null,
    used_at_us BIGINT,
    primary key (login, code)
);

-- 接口令牌: what a program of a person holds. Permissions are a part of the person's own, separated by blanks.
create table access_token (
    id           TEXT   not null primary key,
    login        TEXT {by_bytes} not null references access_person (login),
    name         TEXT   not null,
    secret       TEXT   not null unique,
    permissions  TEXT   not null,
    created_us   BIGINT not null,
    expires_us   BIGINT not null,
    last_used_us BIGINT,
    revoked_us   BIGINT
);
create index access_token_by_login on access_token (login, created_us);

-- 授权代办: a person lets another act with some of their grants, from a day up to, not including, another.
create table access_delegation (
    id             TEXT   not null primary key,
    giver          TEXT {by_bytes} not null references access_person (login),
    taker          TEXT {by_bytes} not null references access_person (login),
    effective_from TEXT   not null,
    effective_to   TEXT   not null,
    reason         TEXT   not null,
    created_us     BIGINT not null,
    revoked_us     BIGINT,
    check (effective_from < effective_to),
    check (giver <> taker)
);
create index access_delegation_by_giver on access_delegation (giver, created_us);
create index access_delegation_by_taker on access_delegation (taker, created_us);
create table access_delegated_grant (
    delegation TEXT not null references access_delegation (id),
    grant_id   TEXT not null references access_grant (id),
    primary key (delegation, grant_id)
);
-- The delegation a session acts under; null for one's own.
alter table access_session add column acting TEXT;
-- Begun through another's house, whose word stands for the password.
alter table access_session add column sso BIGINT not null default 0;

-- 工号: one active for a person, one person for each (R0.28).
create table access_work_id (
    id            TEXT   not null primary key,
    clerk         TEXT {by_bytes} not null,
    login         TEXT {by_bytes} not null references access_person (login),
    outlet        TEXT   not null,
    phone         TEXT   not null,
    bound_us      BIGINT not null,
    suspended_us  BIGINT,
    suspended_why TEXT check (suspended_why in ('left', 'moved', 'shared', 'other'))
);
create unique index access_work_id_of_clerk on access_work_id (clerk) where suspended_us is null;
create unique index access_work_id_of_person on access_work_id (login) where suspended_us is null;
create unique index access_work_id_of_phone on access_work_id (phone) where suspended_us is null;

-- Failed sign-ins of an address since a moment.
create table access_address (
    address  TEXT   not null primary key,
    since_us BIGINT not null,
    failures BIGINT not null
);
create index access_address_by_time on access_address (since_us);

-- A sign-in through another's house on its way: what is needed when the browser comes back.
create table access_sso (
    state    TEXT   not null primary key,
    nonce    TEXT   not null,
    verifier TEXT   not null,
    begun_us BIGINT not null
);

-- 责任矩阵: the one role that answers for a kind of task (R1.5).
create table access_duty (
    task    TEXT   not null primary key,
    role    TEXT   not null,
    version BIGINT not null
);

-- 专属支撑经理: the one person who serves a partner in a function (R1.3), from a day on.
create table access_manager (
    partner        TEXT {by_bytes} not null,
    role           TEXT not null,
    login          TEXT {by_bytes} not null references access_person (login),
    effective_from TEXT not null,
    effective_to   TEXT,
    primary key (partner, role, effective_from)
);
create index access_manager_by_login on access_manager (login);

create index audit_entry_by_who on audit_entry (who, seq);
create index audit_entry_by_time on audit_entry (at_us);

-- The version of a parameter's settings together.
alter table parameter add column version BIGINT not null default 1;
