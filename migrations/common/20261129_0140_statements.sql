-- 对账单确认: the partner agreed to a statement as it was, to its hash; payment is promised for a day (R1.44).
create table settle_confirmation (
    statement       TEXT   not null primary key,
    period          TEXT   not null,
    partner         TEXT {by_bytes} not null,
    hash            TEXT   not null,
    -- What the partner bills: the payment before offsets; what invoices have to add up to (R0.31).
    billed          BIGINT not null,
    payment         BIGINT not null,
    natural_person  BIGINT not null check (natural_person in (0, 1)),
    pay_by          TEXT   not null,
    confirmed_by    TEXT   not null,
    confirmed_at_us BIGINT not null
);
create index settle_confirmation_by_partner on settle_confirmation (partner, period);

-- Numbers of papers, one row for each series.
create table settle_series (
    name TEXT   not null primary key,
    last BIGINT not null
);

-- 争议: a line, or something that was not paid, which the partner disagrees with (R1.14).
create table settle_dispute (
    id             TEXT   not null primary key,
    version        BIGINT not null,
    state          TEXT   not null check (state in ('open', 'proposed', 'answered', 'closed')),
    outcome        TEXT   check (outcome in ('upheld', 'rejected', 'withdrawn')),
    statement      TEXT   not null,
    period         TEXT   not null,
    partner        TEXT {by_bytes} not null,
    territory      TEXT {by_bytes} not null,
    -- Which line or zero: policy/component/basis/payee; the payee is empty for a zero.
    subject        TEXT   not null,
    kind           TEXT   not null check (kind in ('line', 'unpaid')),
    title          TEXT   not null,
    amount         BIGINT not null,
    claim          TEXT   not null,
    raised_by      TEXT   not null,
    raised_at_us   BIGINT not null,
    answer_by      TEXT   not null,
    adjustment     BIGINT,
    answer         TEXT,
    answered_by    TEXT,
    answered_at_us BIGINT,
    decided_by     TEXT,
    decided_at_us  BIGINT,
    decision       TEXT,
    -- Month whose statement the adjustment stands in.
    post_in        TEXT,
    closed_at_us   BIGINT
);
create index settle_dispute_by_partner on settle_dispute (partner, raised_at_us);
create index settle_dispute_by_state on settle_dispute (state, answer_by, id);
-- One dispute of one line at a time; what was withdrawn may be raised again.
create unique index settle_dispute_once on settle_dispute (statement, subject) where outcome is null or outcome <> 'withdrawn';

-- 发票: tax invoices against a confirmed statement, which add up to what is billed (R0.31).
create table settle_invoice (
    number      TEXT   not null primary key,
    version     BIGINT not null,
    state       TEXT   not null check (state in ('submitted', 'accepted', 'refused')),
    statement   TEXT   not null references settle_confirmation (statement),
    period      TEXT   not null,
    partner     TEXT {by_bytes} not null,
    territory   TEXT {by_bytes} not null,
    amount      BIGINT not null check (amount > 0),
    issued_on   TEXT   not null,
    attachment  TEXT   not null,
    brought_by  TEXT   not null,
    at_us       BIGINT not null,
    decided_by  TEXT,
    decided_at_us BIGINT,
    reason      TEXT
);
create index settle_invoice_by_statement on settle_invoice (statement, at_us);
create index settle_invoice_by_state on settle_invoice (state, at_us, number);

-- 附件: a file that was brought, kept under its hash; a record that uses it decides who may see it (R0.15).
create table attachment (
    id          TEXT   not null primary key,
    sha256      TEXT   not null,
    kind        TEXT   not null check (kind in ('png', 'jpeg', 'webp', 'pdf', 'ofd')),
    name        TEXT   not null,
    bytes       BIGINT not null,
    width       BIGINT not null,
    height      BIGINT not null,
    brought_by  TEXT   not null,
    at_us       BIGINT not null
);

create table attachment_use (
    attachment TEXT   not null references attachment (id),
    noun       TEXT   not null,
    noun_id    TEXT   not null,
    version    BIGINT not null,
    primary key (noun, noun_id, version)
);
create index attachment_use_by_attachment on attachment_use (attachment);
