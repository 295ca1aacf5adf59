create trigger receivable_adjustment_guard before update or delete or truncate on receivable_adjustment
    for each statement execute function append_only();
create trigger receivable_match_guard before update or delete or truncate on receivable_match
    for each statement execute function append_only();
create trigger deposit_movement_guard before update or delete or truncate on deposit_movement
    for each statement execute function append_only();
create trigger airtime_event_guard before update or delete or truncate on airtime_event
    for each statement execute function append_only();
create trigger airtime_movement_guard before update or delete or truncate on airtime_movement
    for each statement execute function append_only();
