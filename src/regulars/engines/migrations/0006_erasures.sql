-- What erased persons were known by, as keyed hashes, and what was proved of each erasure; rows that were kept out.

alter table ops.loads add column forgotten bigint default 0;

create table ops.erasures (
  erasure_id varchar,
  kind varchar,
  hash varchar
);

create table ops.erasure_key (
  secret varchar
);

create table ops.erasure_proofs (
  erasure_id varchar,
  proof varchar
);
