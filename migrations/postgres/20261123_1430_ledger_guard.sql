create trigger ledger_entry_guard before update or delete or truncate on ledger_entry
    for each statement execute function append_only();
create trigger ledger_journal_guard before update or delete or truncate on ledger_journal
    for each statement execute function append_only();
