create trigger flow_draft_note_guard before update or delete or truncate on flow_draft_note
    for each statement execute function append_only();
