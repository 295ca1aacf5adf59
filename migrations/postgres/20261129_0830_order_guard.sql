create trigger order_event_guard before update or delete or truncate on order_event
    for each statement execute function append_only();
create trigger acceptance_refusal_guard before update or delete or truncate on acceptance_refusal
    for each statement execute function append_only();
