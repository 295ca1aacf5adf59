create function append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end
$$;
create trigger audit_entry_guard before update or delete or truncate on audit_entry
    for each statement execute function append_only();
