create trigger recruit_signature_no_update before update on recruit_signature begin select raise(abort, 'recruit_signature is append-only'); end;
create trigger recruit_signature_no_delete before delete on recruit_signature begin select raise(abort, 'recruit_signature is append-only'); end;
create trigger recruit_stage_no_update before update on recruit_stage begin select raise(abort, 'recruit_stage is append-only'); end;
create trigger recruit_stage_no_delete before delete on recruit_stage begin select raise(abort, 'recruit_stage is append-only'); end;
