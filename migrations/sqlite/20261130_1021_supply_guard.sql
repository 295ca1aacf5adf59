create trigger supply_event_no_update before update on supply_event begin select raise(abort, 'supply_event is append-only'); end;
create trigger supply_event_no_delete before delete on supply_event begin select raise(abort, 'supply_event is append-only'); end;
create trigger supply_line_no_update before update on supply_line begin select raise(abort, 'supply_line is append-only'); end;
create trigger supply_line_no_delete before delete on supply_line begin select raise(abort, 'supply_line is append-only'); end;
-- Goods that came back pay too. A check cannot be changed here, so the table is written anew; what refers to it finds the same rows again.
pragma defer_foreign_keys = on;
create table supply_kept_collection as select * from receivable_collection;
drop table receivable_collection;
create table receivable_collection (
    id          TEXT not null primary key,
    partner     TEXT not null,
    territory   TEXT not null,
    way         TEXT   not null check (way in ('bank', 'cash', 'commission', 'deposit', 'goods')),
    amount      BIGINT not null check (amount > 0),
    matched     BIGINT not null check (matched >= 0 and matched <= amount),
    received_on TEXT   not null,
    reference   TEXT   not null,
    who         TEXT   not null,
    at_us       BIGINT not null
);
insert into receivable_collection select * from supply_kept_collection;
create index receivable_collection_by_partner on receivable_collection (partner, received_on, id);
create index receivable_collection_by_territory on receivable_collection (territory, partner);
drop table supply_kept_collection;
