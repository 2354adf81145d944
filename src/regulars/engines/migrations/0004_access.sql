-- Who may ask the server, and who asked. Keys are nobody's but the owner's: whoever lands, builds or reads cannot see
-- their hashes, whatever rights on all tables of the schema were given before.

create table ops.api_keys (
  key_id text primary key,
  name text not null,
  role text not null,
  secret_hash text not null,
  created_at timestamp not null,
  expires_at timestamp,
  last_used_at timestamp,
  revoked_at timestamp
);

create table ops.access (
  number bigint generated always as identity primary key,
  happened_at timestamp not null,
  key_name text,
  method text not null,
  route text not null,
  status bigint not null,
  address text not null
);

create index access_by_time on ops.access (happened_at);

revoke all on ops.api_keys from public;

do $$ begin revoke all on ops.api_keys from regulars_builder; exception when undefined_object then null; end $$;
