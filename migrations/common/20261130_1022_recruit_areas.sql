-- Whoever is recruited is looked for by the area of whoever looks.
create index recruit_prospect_by_territory on recruit_prospect (territory, made_us, id);
create index recruit_enquiry_by_territory on recruit_enquiry (territory, due_us, id);
create index recruit_plan_by_territory on recruit_plan (territory, due_on, id);
create index recruit_event_by_territory on recruit_event (territory, held_on, id);
create index recruit_agreement_by_territory on recruit_agreement (territory, made_us, id);
