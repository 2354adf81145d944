-- The durable side of a PostgreSQL warehouse: what grows, and the records of runs, models and publications.

create schema if not exists raw;
create schema if not exists staging;
create schema if not exists identity;
create schema if not exists ops;

create table staging.customer_records (
  source varchar,
  source_customer_id varchar,
  customer_key varchar,
  email varchar,
  phone varchar,
  is_email_malformed boolean,
  first_name varchar,
  last_name varchar,
  full_name varchar,
  gender varchar,
  birth_date date,
  age integer,
  income decimal(18,2),
  address varchar,
  city varchar,
  postcode varchar,
  country varchar,
  created_at timestamp,
  consent boolean,
  is_deleted boolean default false,
  _load_id bigint,
  _row bigint
);

create table staging.orders (
  source varchar,
  order_id varchar,
  customer_key varchar,
  email varchar,
  phone varchar,
  ordered_at timestamp,
  order_date date,
  amount decimal(18,2),
  currency varchar,
  status varchar,
  store varchar,
  refunded_amount decimal(18,2),
  refund_date date,
  discount decimal(18,2),
  _load_id bigint,
  _row bigint
);

create table staging.order_lines (
  source varchar,
  order_id varchar,
  customer_key varchar,
  email varchar,
  phone varchar,
  ordered_at timestamp,
  order_date date,
  quantity decimal(18,4),
  unit_price decimal(18,4),
  product_id varchar,
  product_name varchar,
  country varchar,
  store varchar,
  currency varchar,
  status varchar,
  _load_id bigint,
  _row bigint
);

create table staging.events (
  source varchar,
  event_id varchar,
  occurred_at timestamp,
  event_type varchar,
  customer_key varchar,
  email varchar,
  properties varchar,
  is_deleted boolean default false,
  _load_id bigint,
  _row bigint
);

create table staging.rejected_rows (
  source varchar,
  load_id bigint,
  row_number bigint,
  field varchar,
  reason varchar,
  value varchar,
  payload varchar
);

create table staging.superseded (
  entity varchar,
  source varchar,
  record_id varchar,
  load_id bigint,
  row_number bigint
);

create table identity.records (
  source varchar,
  source_customer_id varchar,
  customer_key varchar,
  customer_id bigint,
  email varchar,
  phone varchar,
  linked_by varchar,
  probability double precision,
  first_load_id bigint,
  since_load_id bigint
);

create table identity.customer_keys (
  customer_key varchar,
  customer_id bigint
);

create table identity.changes (
  change_id bigint,
  customer_key varchar,
  from_customer_id bigint,
  to_customer_id bigint
);

create table identity.matches (
  left_key varchar,
  right_key varchar,
  probability double precision,
  match_weight double precision,
  blocked_by varchar
);

create table identity.resolution (
  fingerprint varchar,
  people varchar,
  last_customer_id bigint
);

create table ops.loads (
  load_id bigint,
  source varchar,
  entity varchar,
  uri varchar,
  content_hash varchar,
  bytes bigint,
  rows bigint,
  staged bigint,
  rejected bigint,
  duplicates bigint,
  superseded bigint,
  watermark varchar,
  status varchar,
  error varchar,
  started_at timestamp,
  finished_at timestamp
);

create table ops.identity_ids (
  customer_id bigint,
  redirected_to bigint,
  founding_key varchar,
  first_load_id bigint
);

create table ops.identity_decisions (
  decision varchar,
  left_key varchar,
  right_key varchar,
  decided_at timestamp,
  reason varchar
);

create table ops.segment_restatements (
  customer_id bigint,
  event varchar,
  cause varchar,
  from_segment varchar,
  to_segment varchar,
  compared_with varchar,
  restated_by varchar,
  as_of date
);

create table ops.runs (
  number bigint generated always as identity,
  run_id text primary key,
  command text not null,
  process_id bigint not null,
  status text not null,
  started_at timestamp not null,
  finished_at timestamp,
  error text
);

create table ops.run_stages (
  run_id text not null,
  position bigint not null,
  stage text not null,
  status text not null,
  started_at timestamp not null,
  finished_at timestamp,
  seconds double precision,
  progress text,
  summary text,
  primary key (run_id, position)
);

create table ops.model_files (
  path text primary key,
  content bytea not null
);

create table ops.publications (
  generation bigint primary key,
  published_at timestamp not null
);
