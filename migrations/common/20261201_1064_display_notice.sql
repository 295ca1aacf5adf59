-- A photo of the last look at an item, where there is one: first notice counts with the photo of the entrance only (R7.7, R7.162).
alter table display_look add column photo TEXT not null default '';
create index display_look_by_item on display_look (template, item, day);
