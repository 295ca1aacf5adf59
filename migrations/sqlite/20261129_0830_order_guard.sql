create trigger order_event_no_update before update on order_event begin select raise(abort, 'order_event is append-only'); end;
create trigger order_event_no_delete before delete on order_event begin select raise(abort, 'order_event is append-only'); end;
create trigger acceptance_refusal_no_update before update on acceptance_refusal begin select raise(abort, 'acceptance_refusal is append-only'); end;
create trigger acceptance_refusal_no_delete before delete on acceptance_refusal begin select raise(abort, 'acceptance_refusal is append-only'); end;
