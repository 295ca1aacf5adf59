-- What of a visit has left for the fact store, and the day on which it was said to be known: what comes after it is said to be known later.
alter table field_visit add column sent TEXT not null default '';
alter table field_visit add column sent_on TEXT;
