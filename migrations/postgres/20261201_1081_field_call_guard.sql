create trigger field_call_guard before update or delete or truncate on field_call
    for each statement execute function append_only();
