create trigger supply_event_guard before update or delete or truncate on supply_event
    for each statement execute function append_only();
create trigger supply_line_guard before update or delete or truncate on supply_line
    for each statement execute function append_only();
-- Goods that came back pay too.
alter table receivable_collection drop constraint receivable_collection_way_check;
alter table receivable_collection add constraint receivable_collection_way_check check (way in ('bank', 'cash', 'commission', 'deposit', 'goods'));
