-- Who changed what, when, from what to what, and why (R0.2). Chained: every row hashes the one before it.
create table audit_entry (
    seq       BIGINT not null primary key,
    id        TEXT   not null unique,
    at_us     BIGINT not null,
    who       TEXT   not null,
    action    TEXT   not null,
    noun      TEXT   not null,
    noun_id   TEXT   not null,
    before    TEXT,
    after     TEXT,
    reason    TEXT,
    prev_hash TEXT   not null,
    hash      TEXT   not null
);
create index audit_entry_by_noun on audit_entry (noun, noun_id, seq);

-- The end of the chain; locked by whoever appends.
create table audit_head (
    id   BIGINT not null primary key check (id = 1),
    seq  BIGINT not null,
    hash TEXT   not null
);
insert into audit_head (id, seq, hash) values (1, 0, '');

-- What happened, for other parts of the system; written in the transaction in which it happened.
create table outbox_event (
    id    TEXT   not null primary key,
    at_us BIGINT not null,
    topic TEXT   not null,
    body  TEXT   not null
);
create index outbox_event_by_topic on outbox_event (topic, id);

create table outbox_subscription (
    consumer TEXT not null,
    topic    TEXT not null,
    primary key (consumer, topic)
);

-- One row per consumer and event: the work list before, the proof of having been done after.
create table outbox_delivery (
    consumer    TEXT   not null,
    event_id    TEXT   not null,
    attempts    BIGINT not null,
    next_at_us  BIGINT not null,
    done_at_us  BIGINT,
    last_error  TEXT,
    primary key (consumer, event_id)
);
create index outbox_delivery_open on outbox_delivery (consumer, next_at_us, event_id) where done_at_us is null;

-- A request that may be sent twice, and what it was answered the first time.
create table idempotency_key (
    scope       TEXT   not null,
    key         TEXT   not null,
    body_sha256 TEXT   not null,
    answer      TEXT   not null,
    at_us       BIGINT not null,
    primary key (scope, key)
);

-- Every threshold of the business (R0.11), its unit and where it comes from.
create table parameter (
    name          TEXT not null primary key,
    title_zh      TEXT not null,
    title_en      TEXT not null,
    unit          TEXT not null,
    default_value TEXT,
    source        TEXT not null
);

-- Its values by territory and date: effective_from <= day < effective_to, never two for one scope and day.
create table parameter_value (
    id             TEXT   not null primary key,
    name           TEXT   not null references parameter (name),
    scope          TEXT   not null,
    value          TEXT   not null,
    effective_from TEXT   not null,
    effective_to   TEXT,
    owner          TEXT   not null,
    version        BIGINT not null,
    check (effective_to is null or effective_from < effective_to)
);
create index parameter_value_by_name on parameter_value (name, scope, effective_from);
