update flow_instance set partner = nullif(json_extract(body, '$.subject.partner'), ''), outlet = nullif(json_extract(body, '$.subject.outlet'), '') where body <> '';
create trigger network_state_no_update before update on network_state begin select raise(abort, 'network_state is append-only'); end;
create trigger network_state_no_delete before delete on network_state begin select raise(abort, 'network_state is append-only'); end;
create trigger network_exit_step_no_update before update on network_exit_step begin select raise(abort, 'network_exit_step is append-only'); end;
create trigger network_exit_step_no_delete before delete on network_exit_step begin select raise(abort, 'network_exit_step is append-only'); end;
create trigger network_blacklist_no_delete before delete on network_blacklist begin select raise(abort, 'network_blacklist is append-only'); end;
