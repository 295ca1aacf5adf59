create trigger network_verdict_guard before delete or truncate on network_verdict
    for each statement execute function append_only();
create trigger network_verdict_task_guard before delete or truncate on network_verdict_task
    for each statement execute function append_only();
