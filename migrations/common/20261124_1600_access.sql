-- 人员: who may sign in, with a login that is theirs alone (R0.1). The password is an Argon2id text, never the password.
create table access_person (
    login           TEXT {by_bytes} not null primary key,
    name            TEXT   not null,
    password        TEXT   not null,
    must_change     BIGINT not null check (must_change in (0, 1)),
    left_at_us      BIGINT,
    failures        BIGINT not null,
    locked_until_us BIGINT not null
);

-- A role held from a day up to, not including, another, over one territory, partner, outlet or clerk.
create table access_grant (
    id             TEXT not null primary key,
    login          TEXT {by_bytes} not null references access_person (login),
    role           TEXT not null,
    over           TEXT not null,
    effective_from TEXT not null,
    effective_to   TEXT,
    check (effective_to is null or effective_from <= effective_to)
);
create index access_grant_by_login on access_grant (login, effective_from);

-- A sign-in. Its name is the hash of the token the browser holds, so a copy of this table opens nothing.
create table access_session (
    id         TEXT   not null primary key,
    login      TEXT {by_bytes} not null references access_person (login),
    begun_us   BIGINT not null,
    seen_us    BIGINT not null
);
create index access_session_by_login on access_session (login);
