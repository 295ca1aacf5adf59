-- As what somebody has a part in an application: role and place, empty for who was named. Who acts for them has the parts in lent posts (R0.17).
alter table flow_part add column role TEXT not null default '';
alter table flow_part add column territory TEXT {by_bytes} not null default '';
alter table flow_part add column partner TEXT not null default '';
alter table flow_part add column outlet TEXT not null default '';
alter table flow_part add column clerk TEXT not null default '';
