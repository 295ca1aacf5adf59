create trigger field_write_guard before update or delete or truncate on field_write
    for each statement execute function append_only();
create trigger field_template_guard before update or delete or truncate on field_template
    for each statement execute function append_only();
