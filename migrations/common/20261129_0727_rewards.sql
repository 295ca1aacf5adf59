-- 奖励: approved rewards that a publication took into its statements; each stands in one statement and no other (R8.43).
create table settle_reward (
    application TEXT {by_bytes} not null,
    -- Which row of its list, from 1.
    place       BIGINT not null,
    partner     TEXT {by_bytes} not null,
    amount      BIGINT not null check (amount <> 0),
    text        TEXT   not null,
    -- Month whose statements took it.
    post_in     TEXT   not null,
    taken_at_us BIGINT not null,
    -- The same month, once it is published.
    stated_in   TEXT,
    primary key (application, place)
);
create index settle_reward_by_month on settle_reward (post_in, partner);
