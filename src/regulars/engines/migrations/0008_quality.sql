-- What checks found, run by run, and what the news of published runs were like: the baselines of drift.

create table ops.check_results (
  run_id text not null,
  position bigint not null,
  check_name text not null,
  severity text not null,
  status text not null,
  failures bigint not null,
  message text not null,
  sample text not null,
  checked_at timestamp not null,
  primary key (run_id, position)
);

create table ops.run_profiles (
  run_id text,
  number bigint,
  as_of date,
  last_load_id bigint,
  source text,
  trait text,
  slice text,
  row_count bigint
);

create table ops.check_restarts (
  check_name text,
  run_id text,
  since_run bigint,
  since_day date
);
