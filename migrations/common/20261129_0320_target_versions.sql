-- Targets are changed one by one by whoever saw them, and say who set them (R7.2).
alter table metrics_target add column version BIGINT not null default 1;
alter table metrics_target add column set_by TEXT not null default '';
alter table metrics_target add column set_at_us BIGINT not null default 0;
