"""The tables of an embedded warehouse's journal, made whenever something is written; times are text, flags are numbers.

Those of a database are in `migrations/`.
"""

TABLES = """
create table if not exists runs (
  run_id text primary key, command text not null, process_id integer not null, status text not null,
  started_at text not null, finished_at text, error text
);
create table if not exists run_stages (
  run_id text not null, position integer not null, stage text not null, status text not null,
  started_at text not null, finished_at text, seconds real, progress text, summary text,
  primary key (run_id, position)
);
create table if not exists api_keys (
  key_id text primary key, name text not null, role text not null, secret_hash text not null, created_at text not null,
  expires_at text, last_used_at text, revoked_at text
);
create table if not exists access (
  number integer primary key autoincrement, happened_at text not null, key_name text, method text not null,
  route text not null, status integer not null, address text not null
);
create table if not exists exports (
  export_id text primary key, name text not null, status text not null, format text not null, path text not null,
  exported_by text not null, run_id text, as_of text, selection text not null, consent text not null,
  control_share real not null, seed text not null, exported integer, held_back integer, left_out text, bytes integer,
  sha256 text, started_at text not null, finished_at text, error text, machine text not null, process text not null
);
create table if not exists export_members (
  export_id text not null, part integer not null, lowest_id integer not null, highest_id integer not null,
  members blob not null, primary key (export_id, part)
);
create table if not exists webhooks (
  name text primary key, created_at text not null, gathered_run text not null, told_until text not null,
  status text not null, reason text, failures integer not null, paused_until text, worker text, leased_until text
);
create table if not exists webhook_batches (
  batch_id text primary key, webhook text not null, run_id text not null, from_as_of text not null,
  as_of text not null, number integer not null, events integer not null, lowest_id integer not null,
  highest_id integer not null, content blob not null, status text not null, tries integer not null,
  made_at text not null, due_at text not null, trying_since text not null, ended_at text, answer integer, error text
);
create index if not exists webhook_batches_by_turn on webhook_batches (webhook, status, made_at, number);
create table if not exists alerts (
  cause text primary key, level text not null, title text not null, body text not null, sameness text not null,
  is_open integer not null, times integer not null, since text not null, last_at text not null, told_at text,
  teller text, telling_until text, was_told integer not null
);
create table if not exists check_results (
  run_id text not null, position integer not null, check_name text not null, severity text not null,
  status text not null, failures integer not null, message text not null, sample text not null,
  checked_at text not null, primary key (run_id, position)
);
"""
