create trigger flow_decision_no_update before update on flow_decision begin select raise(abort, 'flow_decision is append-only'); end;
create trigger flow_decision_no_delete before delete on flow_decision begin select raise(abort, 'flow_decision is append-only'); end;
create trigger flow_budget_entry_no_update before update on flow_budget_entry begin select raise(abort, 'flow_budget_entry is append-only'); end;
create trigger flow_budget_entry_no_delete before delete on flow_budget_entry begin select raise(abort, 'flow_budget_entry is append-only'); end;
create trigger flow_definition_no_update before update on flow_definition begin select raise(abort, 'flow_definition is append-only'); end;
create trigger flow_definition_no_delete before delete on flow_definition begin select raise(abort, 'flow_definition is append-only'); end;
