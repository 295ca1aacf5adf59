-- Two jobs that wait or run never hold the same, also where they are asked for at the same moment.
create unique index job_held on job (holds) where holds <> '' and state in ('waiting', 'running');
