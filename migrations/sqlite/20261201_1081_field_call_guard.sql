create trigger field_call_no_update before update on field_call begin select raise(abort, 'field_call is append-only'); end;
create trigger field_call_no_delete before delete on field_call begin select raise(abort, 'field_call is append-only'); end;
