create trigger price_case_event_guard before update or delete or truncate on price_case_event
    for each statement execute function append_only();
create trigger price_case_kept before delete or truncate on price_case
    for each statement execute function append_only();
