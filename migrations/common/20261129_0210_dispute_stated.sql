-- 争议: month whose statement holds the adjustment, once that is published; it stands in no other (R1.14).
alter table settle_dispute add column stated_in TEXT;
