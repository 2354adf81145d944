-- What is to be told to others: changes of segment, batch by batch, and how runs went.

create table ops.webhooks (
  name text primary key,
  created_at timestamp not null,
  gathered_run text not null,
  told_until text not null,
  status text not null,
  reason text,
  failures bigint not null,
  paused_until timestamp,
  worker text,
  leased_until timestamp
);

create table ops.webhook_batches (
  batch_id text primary key,
  webhook text not null,
  run_id text not null,
  from_as_of text not null,
  as_of text not null,
  number bigint not null,
  events bigint not null,
  lowest_id bigint not null,
  highest_id bigint not null,
  content bytea not null,
  status text not null,
  tries bigint not null,
  made_at timestamp not null,
  due_at timestamp not null,
  trying_since timestamp not null,
  ended_at timestamp,
  answer bigint,
  error text
);

create index webhook_batches_by_turn on ops.webhook_batches (webhook, status, made_at, number);

create table ops.alerts (
  cause text primary key,
  level text not null,
  title text not null,
  body text not null,
  sameness text not null,
  is_open bigint not null,
  times bigint not null,
  since timestamp not null,
  last_at timestamp not null,
  told_at timestamp,
  teller text,
  telling_until timestamp,
  was_told bigint not null
);
