-- 后台任务: long work somebody asked for, and how it ended. Progress is not kept here: it is of the running program alone.
create table job (
    id         TEXT   not null primary key,
    kind       TEXT   not null,
    title_zh   TEXT   not null,
    title_en   TEXT   not null,
    login      TEXT   not null,
    -- What no two running jobs may hold, such as period/2026-08; empty for nothing.
    holds      TEXT   not null,
    state      TEXT   not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    begun_us   BIGINT not null,
    ended_us   BIGINT,
    -- What a done job gives, as text that programs read.
    result     TEXT,
    -- Why a failed one failed.
    code       TEXT,
    why_zh     TEXT,
    why_en     TEXT
);
create index job_by_login on job (login, begun_us);
create index job_by_state on job (state, holds);
