-- As what somebody has a part in an application: role and place, empty for who was named. Who acts for them has the parts in lent posts (R0.17).
alter table flow_part add column role TEXT not null default '';
alter table flow_part add column territory TEXT {by_bytes} not null default '';
alter table flow_part add column partner TEXT not null default '';
alter table flow_part add column outlet TEXT not null default '';
alter table flow_part add column clerk TEXT not null default '';
-- Those it waits for are looked through every minute: whether they still stand in their post.
create index flow_part_holding on flow_part (instance) where part = 'holder';
