-- How far down a parameter may be set: group, or the lowest level with values of its own (R6.42).
alter table parameter add column lower TEXT not null default 'village';
