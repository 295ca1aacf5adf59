create trigger flow_draft_note_no_update before update on flow_draft_note begin select raise(abort, 'flow_draft_note is append-only'); end;
create trigger flow_draft_note_no_delete before delete on flow_draft_note begin select raise(abort, 'flow_draft_note is append-only'); end;
