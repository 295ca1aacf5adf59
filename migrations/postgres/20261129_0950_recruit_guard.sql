create trigger recruit_signature_guard before update or delete or truncate on recruit_signature
    for each statement execute function append_only();
create trigger recruit_stage_guard before update or delete or truncate on recruit_stage
    for each statement execute function append_only();
