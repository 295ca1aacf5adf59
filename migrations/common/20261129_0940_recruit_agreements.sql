-- 协议拟稿: an agreement on its way from template to both signatures (R8.40). What came in force is a row of the network.
create table recruit_agreement (
    id               TEXT {by_bytes} not null primary key,
    version          BIGINT not null,
    state            TEXT   not null check (state in ('draft', 'sent', 'dropped')),
    template         TEXT   not null,
    template_version BIGINT not null,
    partner          TEXT {by_bytes} not null,
    partner_name     TEXT   not null,
    territory        TEXT {by_bytes} not null,
    business         TEXT   not null,
    from_day         TEXT   not null,
    last_day         TEXT   not null,
    deposit          BIGINT not null check (deposit >= 0),
    commitment       BIGINT not null check (commitment >= 0),
    -- What was filled into the template, by term.
    filled           TEXT   not null,
    own_terms        TEXT   not null,
    -- The agreement it goes on from; empty for none.
    renews           TEXT   not null,
    -- The application it was sent with; empty before.
    application      TEXT {by_bytes} not null,
    -- Hash of the text that was sent; empty before.
    sha256           TEXT   not null,
    made_by          TEXT   not null,
    made_us          BIGINT not null,
    changed_us       BIGINT not null
);
create index recruit_agreement_by_application on recruit_agreement (application);
create index recruit_agreement_by_partner on recruit_agreement (partner);

-- 签署: who signed for a side, for good.
create table recruit_signature (
    agreement TEXT {by_bytes} not null references recruit_agreement (id),
    side      TEXT   not null check (side in ('us', 'partner')),
    name      TEXT   not null,
    signed_on TEXT   not null,
    way       TEXT   not null check (way in ('hand', 'seal')),
    note      TEXT   not null,
    -- SHA-256 of the picture of a signature by hand; empty for a seal.
    picture   TEXT   not null,
    who       TEXT   not null,
    at_us     BIGINT not null,
    primary key (agreement, side)
);

-- The last number of a kind and day.
create table recruit_number (
    kind TEXT {by_bytes} not null,
    day  TEXT {by_bytes} not null,
    last BIGINT not null,
    primary key (kind, day)
);
