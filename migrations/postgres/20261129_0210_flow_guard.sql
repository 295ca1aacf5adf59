create trigger flow_decision_guard before update or delete or truncate on flow_decision
    for each statement execute function append_only();
create trigger flow_budget_entry_guard before update or delete or truncate on flow_budget_entry
    for each statement execute function append_only();
create trigger flow_definition_guard before update or delete or truncate on flow_definition
    for each statement execute function append_only();
