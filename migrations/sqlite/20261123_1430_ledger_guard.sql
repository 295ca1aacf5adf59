create trigger ledger_entry_no_update before update on ledger_entry begin select raise(abort, 'ledger_entry is append-only'); end;
create trigger ledger_entry_no_delete before delete on ledger_entry begin select raise(abort, 'ledger_entry is append-only'); end;
create trigger ledger_journal_no_update before update on ledger_journal begin select raise(abort, 'ledger_journal is append-only'); end;
create trigger ledger_journal_no_delete before delete on ledger_journal begin select raise(abort, 'ledger_journal is append-only'); end;
