-- 品牌手册: the rules of the brand, one version after another; the newest that has begun holds (R5.19).
create table display_brand (
    version  BIGINT not null primary key,
    name     TEXT   not null,
    wording  TEXT   not null,
    usage    TEXT   not null,
    logo     TEXT   not null,
    reason   TEXT   not null,
    from_day TEXT   not null,
    who      TEXT   not null,
    at_us    BIGINT not null
);
