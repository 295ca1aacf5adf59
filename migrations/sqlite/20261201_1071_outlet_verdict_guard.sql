create trigger network_verdict_no_delete before delete on network_verdict begin select raise(abort, 'network_verdict is append-only'); end;
create trigger network_verdict_task_no_delete before delete on network_verdict_task begin select raise(abort, 'network_verdict_task is append-only'); end;
