-- 复评: every scored check with photos, and the sample of them a supervisor scores again (R7.266).
create table display_check (
    visit     TEXT {by_bytes} not null,
    template  TEXT {by_bytes} not null,
    version   BIGINT not null,
    outlet    TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    scorer    TEXT {by_bytes} not null,
    day       TEXT   not null,
    month     TEXT   not null,
    -- Hundredths of a percent.
    score     BIGINT not null,
    primary key (visit, template)
);
create index display_check_by_month on display_check (month);

-- What the draw of a month goes by, fixed by the checks that were there first.
create table display_draw (
    month TEXT not null primary key,
    seed  TEXT not null,
    at_us BIGINT not null
);

create table display_rescore (
    id        TEXT {by_bytes} not null primary key,
    record    BIGINT not null,
    visit     TEXT {by_bytes} not null,
    template  TEXT {by_bytes} not null,
    outlet    TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    scorer    TEXT {by_bytes} not null,
    day       TEXT   not null,
    month     TEXT   not null,
    -- As it was scored when somebody looked again.
    score     BIGINT not null,
    again     BIGINT,
    state     TEXT   not null check (state in ('drawn', 'agreed', 'differs', 'answered')),
    note      TEXT   not null,
    who       TEXT   not null,
    done_on   TEXT,
    reply     TEXT   not null,
    changed_us BIGINT not null,
    unique (visit, template)
);
create index display_rescore_by_state on display_rescore (state, id);
create index display_rescore_by_scorer on display_rescore (scorer, state);
