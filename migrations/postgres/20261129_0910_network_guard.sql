update flow_instance set partner = nullif(body::jsonb -> 'subject' ->> 'partner', ''), outlet = nullif(body::jsonb -> 'subject' ->> 'outlet', '') where body <> '';
create trigger network_state_guard before update or delete or truncate on network_state
    for each statement execute function append_only();
create trigger network_exit_step_guard before update or delete or truncate on network_exit_step
    for each statement execute function append_only();
create trigger network_blacklist_guard before delete or truncate on network_blacklist
    for each statement execute function append_only();
