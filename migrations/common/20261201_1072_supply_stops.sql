-- 停供: who is supplied nothing more on a ground of its own, besides what is overdue; lifted, never taken away.
create table receivable_stop (
    -- What it rests on: the number of a case.
    ground    TEXT {by_bytes} not null primary key,
    partner   TEXT {by_bytes} not null,
    territory TEXT {by_bytes} not null,
    -- Why, as whoever is refused reads it.
    zh        TEXT   not null,
    en        TEXT   not null,
    from_day  TEXT   not null,
    lifted_on TEXT,
    who       TEXT   not null,
    at_us     BIGINT not null
);
create index receivable_stop_in_force on receivable_stop (partner, from_day) where lifted_on is null;

-- What was decided before there was this table holds as well.
insert into receivable_stop (ground, partner, territory, zh, en, from_day, who, at_us)
    select id, partner, territory, '市场秩序案件 ' || id || ' 决定停供', 'the case ' || id || ' stops supply', coalesce(appeal_due, found_on), decided_by, changed_us
    from price_case where measure = 'supply_stop' and state in ('decided', 'final', 'rechecked');
