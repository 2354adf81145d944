-- What landing needs where rows are found one by one: indexes, which the first load that must look something up has
-- made, so that the first large load does without, and statistics. The functions let the loader have both of tables
-- that are not its own.

create table ops.raw_columns (
  source varchar,
  received varchar,
  stored varchar
);

create function staging.index_records(name text) returns void
language plpgsql security definer set search_path = pg_catalog as $$ begin
  execute format('create index if not exists %I on staging.%I (%I)', name || '_by_record', name,
    case name when 'customer_records' then 'source_customer_id' when 'events' then 'event_id'
      when 'superseded' then 'record_id' else 'order_id' end); end $$;

create function staging.count_values(name text) returns void
language plpgsql security definer set search_path = pg_catalog as $$ begin
  execute format('analyze staging.%I', name); end $$;
