create trigger price_case_event_no_update before update on price_case_event begin select raise(abort, 'price_case_event is append-only'); end;
create trigger price_case_event_no_delete before delete on price_case_event begin select raise(abort, 'price_case_event is append-only'); end;
create trigger price_case_no_delete before delete on price_case begin select raise(abort, 'price_case is append-only'); end;
