-- Views that are sent by mail: to whom, how often, and what is asked of the catalogue (R1.12).
create table metrics_mailing (
    id            TEXT   not null primary key,
    view_id       TEXT   not null references metrics_view (id),
    login         TEXT {by_bytes} not null references access_person (login),
    rhythm        TEXT   not null check (rhythm in ('daily', 'weekly', 'monthly')),
    address       TEXT   not null,
    question      TEXT   not null,
    lang          TEXT   not null,
    created_at_us BIGINT not null,
    unique (view_id, login)
);
create index metrics_mailing_by_login on metrics_mailing (login, created_at_us);

-- What was sent of them: once for each period, whatever breaks off in between.
create table metrics_mail (
    mailing     TEXT   not null references metrics_mailing (id),
    period      TEXT   not null,
    state       TEXT   not null check (state in ('sending', 'sent', 'failed')),
    tries       BIGINT not null,
    tried_at_us BIGINT not null,
    why         TEXT   not null default '',
    primary key (mailing, period)
);
