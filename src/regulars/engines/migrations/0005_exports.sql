-- What left the warehouse, and who was in it.

create table ops.exports (
  export_id text primary key,
  name text not null,
  status text not null,
  format text not null,
  path text not null,
  exported_by text not null,
  run_id text,
  as_of text,
  selection text not null,
  consent text not null,
  control_share double precision not null,
  seed text not null,
  exported bigint,
  held_back bigint,
  left_out text,
  bytes bigint,
  sha256 text,
  started_at timestamp not null,
  finished_at timestamp,
  error text,
  machine text not null,
  process text not null
);

create table ops.export_members (
  export_id text not null,
  part bigint not null,
  lowest_id bigint not null,
  highest_id bigint not null,
  members bytea not null,
  primary key (export_id, part)
);
