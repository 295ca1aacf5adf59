-- 审批提醒邮件: who wants to be told of applications by mail, from when on, and what was sent (R8.44).
create table flow_mail (
    login   TEXT {by_bytes} not null primary key references access_person (login),
    address TEXT   not null,
    lang    TEXT   not null check (lang in ('zh', 'en')),
    from_us BIGINT not null
);

-- Once for each thing that came to somebody, whatever breaks off in between.
create table flow_mail_sent (
    login    TEXT {by_bytes} not null,
    instance TEXT {by_bytes} not null references flow_instance (id),
    about    TEXT {by_bytes} not null check (about in ('holder', 'copied', 'returned', 'ended')),
    at_us    BIGINT not null,
    state    TEXT   not null check (state in ('sending', 'sent', 'failed')),
    tries    BIGINT not null,
    tried_us BIGINT not null,
    why      TEXT   not null,
    primary key (login, instance, about, at_us)
);
