create trigger field_write_no_update before update on field_write begin select raise(abort, 'field_write is append-only'); end;
create trigger field_write_no_delete before delete on field_write begin select raise(abort, 'field_write is append-only'); end;
create trigger field_template_no_update before update on field_template begin select raise(abort, 'field_template is append-only'); end;
create trigger field_template_no_delete before delete on field_template begin select raise(abort, 'field_template is append-only'); end;
