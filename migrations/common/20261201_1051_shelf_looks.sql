-- What was seen of a model beside where it stands: a sample to be tried, a price tag (R7.15, N4). Null while nobody looked.
alter table distribution_shelf add column sample BIGINT;
alter table distribution_shelf add column tag BIGINT;
