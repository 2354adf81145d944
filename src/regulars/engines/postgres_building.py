"""How a build on PostgreSQL begins, and its last touch: it stands alone, and what is searched by is indexed."""

from __future__ import annotations

from collections.abc import Sequence

from regulars import catalog, marts
from regulars.engines.postgres_publishing import BUILT, NEXT
from regulars.engines.postgres_session import PostgresSession
from regulars.engines.postgres_types import portable

_LIVE_MODELS = "(select run_id from ops.models where is_live)"
# What customers are looked up by, wherever a table has it, and the orders in which lists are shown.
_LOOKED_UP = ("customer_id", "email", "phone", "source_customer_id")
_LISTED = {
    marts.CUSTOMER_360: "segment, customer_id",
    marts.CUSTOMER_SEGMENTS: "segment, customer_id",
    marts.FCT_CUSTOMER_RFM: "segment, monetary desc, customer_id",
}
# A view of the build that reads the durable side, or a view that does.
_VIEWS_BEYOND = """
with recursive looks_at as (
    select distinct rewrite.ev_class as view, depend.refobjid as relation
    from pg_rewrite as rewrite
    inner join pg_depend as depend on depend.classid = 'pg_rewrite'::regclass and depend.objid = rewrite.oid
        and depend.refclassid = 'pg_class'::regclass and depend.refobjid <> rewrite.ev_class
), beyond as (
    select oid as relation from pg_class
    where relnamespace in (select oid from pg_namespace where nspname in ('raw', 'staging', 'identity', 'ops'))
    union
    select looks_at.view from looks_at inner join beyond on looks_at.relation = beyond.relation
)
select schema.nspname::text as schema, relation.relname::text as view
from beyond
inner join pg_class as relation on beyond.relation = relation.oid and relation.relkind = 'v'
inner join pg_namespace as schema on relation.relnamespace = schema.oid
where schema.nspname like '%\\_\\_next'
order by 1, 2
"""
_ROW_COUNTS = """
select regexp_replace(schema.nspname, '__next$', '') as schema_name, relation.relname::text as table_name,
    (xpath('/row/n/text()', query_to_xml(
        format('select count(*) as n from %I.%I', schema.nspname, relation.relname), false, true, ''
    )))[1]::text::bigint as rows
from pg_class as relation
inner join pg_namespace as schema on relation.relnamespace = schema.oid
where relation.relkind = 'r'
    and (schema.nspname in ('raw', 'staging', 'identity', 'ops') or schema.nspname like '%\\_\\_next')
    -- Who builds may not look at keys, not even to count them.
    and (schema.nspname, relation.relname) <> ('ops', 'api_keys')
"""
# Tables that the planner knows nothing of, or that a tenth of has changed since: what was just written, which the
# server looks at by itself only a minute later. Only their owner may. A durable table that is empty stays unknown: one
# that is known to be empty is read again for every row of another.
_UNKNOWN = """
select format('%I.%I', schema.nspname, relation.relname) as name
from pg_class as relation
inner join pg_namespace as schema on relation.relnamespace = schema.oid
left join pg_stat_all_tables as changed on relation.oid = changed.relid
where relation.relkind = 'r' and schema.nspname = any (string_to_array($1, ','))
    and pg_has_role(relation.relowner, 'usage')
    and (schema.nspname like '%\\_\\_next' or pg_relation_size(relation.oid) > 0)
    and (relation.reltuples < 0 or changed.n_mod_since_analyze > greatest(relation.reltuples, 100) / 10)
order by 1
"""


def start_build(build: PostgresSession) -> None:
    """Drops what is left of another build and makes the schemas and tables that Python writes."""
    for schema in BUILT:
        build.execute(f"drop schema if exists {schema}{NEXT} cascade")
        build.execute(f"create schema {schema}{NEXT}")
    for table in catalog.DERIVED_TABLES:
        columns = ", ".join(f"{name} {portable(kind)}" for name, kind in table.columns)
        build.execute(f"create table {table.name} ({columns})")


def complete(build: PostgresSession) -> None:
    """Drops views that look at the durable side, adds indexes, statistics, the live models' files and row counts."""
    for row in build.query(_VIEWS_BEYOND).to_pylist():
        build.execute(f'drop view if exists {row["schema"]}."{row["view"]}" cascade')
    for schema in BUILT:
        for name in _tables(build, schema + NEXT):
            _index(build, f"{schema}.{name}", name)
    build.execute("drop table if exists ops.model_files")
    models = f"where split_part(path, '/', 2) in {_LIVE_MODELS}" if build.columns(catalog.MODELS.name) else "limit 0"
    build.execute(f"create table ops.model_files as select * from durable.ops.model_files {models}")
    for schema in BUILT:
        for name in _tables(build, schema + NEXT):
            build.execute(f'analyze {schema}."{name}"')
    build.execute("drop table if exists ops.row_counts")
    build.execute(f"create table ops.row_counts as {_ROW_COUNTS}")


def gather_statistics(session: PostgresSession, schemas: Sequence[str]) -> None:
    """Tells the planner of what was written to these schemas since it last looked.

    Without it, a million orders are sorted to be joined with an empty list of rates.
    """
    for name in session.query(_UNKNOWN, (",".join(schemas),)).column(0).to_pylist():
        session.execute(f"analyze {name}")


def compact(durable: PostgresSession) -> list[str]:
    """Rewrites every durable table without the rows that were deleted from it, and the planner's samples of them."""
    schemas = ", ".join(f"'{schema}'" for schema in catalog.DURABLE_SCHEMAS)
    found = durable.query(
        "select format('%I.%I', schema.nspname, relation.relname) as name from pg_class as relation"
        " inner join pg_namespace as schema on relation.relnamespace = schema.oid"
        f" where relation.relkind = 'r' and schema.nspname in ({schemas})"
        " and pg_has_role(relation.relowner, 'usage') order by 1"
    )
    names = [str(name) for name in found.column(0).to_pylist()]
    for name in names:
        durable.execute(f"vacuum (full, analyze) {name}")
        if not durable.query(f"select 1 as one from {name} limit 1").num_rows:
            _forget_samples(durable, name)
    return names


def _forget_samples(durable: PostgresSession, name: str) -> None:
    """Replaces what the planner knows of a table that is empty now: looking at no row leaves its old samples."""
    samples = durable.query(
        "select 1 as one from pg_stats where format('%I.%I', schemaname, tablename) = $1 and not exists"
        " (select 1 from pg_attribute where attrelid = $1::regclass and attnum > 0 and attnotnull)",
        (name,),
    )
    if not samples.num_rows:
        return
    with durable.transaction():
        durable.execute(f"insert into {name} default values")
        durable.execute(f"analyze {name}")
        durable.execute(f"delete from {name}")


def compact_statistics(session: PostgresSession) -> bool:
    """Rewrites the planner's samples of all tables without those that were replaced; False where we may not."""
    [may] = session.query(
        "select pg_has_role(datdba, 'usage') as may from pg_database where datname = current_database()"
    ).to_pylist()
    if may["may"]:
        session.execute("vacuum (full) pg_catalog.pg_statistic")
    return bool(may["may"])


def _index(build: PostgresSession, table: str, name: str) -> None:
    columns = build.columns(table)
    terms = [column for column in _LOOKED_UP if column in columns]
    if table in _LISTED:
        terms.append(_LISTED[table])
    for term in terms:
        index = f"{name}_by_{term.partition(' ')[0].rstrip(',')}"
        build.execute(f'create index if not exists "{index[:63]}" on {table} ({term})')


def _tables(build: PostgresSession, schema: str) -> list[str]:
    found = build.query(
        "select relname::text from pg_class where relkind = 'r'"
        " and relnamespace = (select oid from pg_namespace where nspname = $1) order by relname",
        (schema,),
    )
    return [str(name) for name in found.column(0).to_pylist()]
