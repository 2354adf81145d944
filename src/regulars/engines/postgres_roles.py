"""Four roles with the rights that their work needs and no others; a database without them works for its owner alone.

regulars_loader lands and resolves: it writes the durable schemas and sees no mart. regulars_builder reads them and
builds, checks and publishes. regulars_reader reads what is published, and regulars_server too, which checks API keys
and notes who asked. People and programs get a role by
`grant regulars_reader to …`; a session that may take one works as that role and as nobody more powerful.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.catalog import DURABLE_SCHEMAS
from regulars.engines.postgres_names import quoted
from regulars.engines.postgres_session import PostgresSession
from regulars.errors import WarehouseError

LOADER, BUILDER, READER, SERVER = "regulars_loader", "regulars_builder", "regulars_reader", "regulars_server"
ROLES = {
    LOADER: "lands and resolves: writes raw, staging, identity and ops",
    BUILDER: "builds and publishes: reads those, writes everything derived",
    READER: "reads what is published",
    SERVER: "answers requests: reads what is published, checks API keys, notes who asked",
}
# What a run that builds must write of the durable side.
_BUILDERS_OWN = (
    *("ops.runs", "ops.run_stages", "ops.segment_restatements", "ops.model_files", "ops.publications"),
    *("ops.check_results", "ops.run_profiles", "ops.check_restarts"),
)
# Who lands makes indexes, and who publishes renames schemas: both take owning them. What was made before there were
# roles changes hands here.
_OWNERSHIP = f"""
do $$ declare found record; begin
    for found in
        select schema.nspname as schema, relation.relname as name, {{owner}} as owner
        from pg_class as relation inner join pg_namespace as schema on relation.relnamespace = schema.oid
        where relation.relkind in ('r', 'v') and {{owner}} is not null
            and (schema.nspname, relation.relname) not in
                (('ops', 'migrations'), ('ops', 'publications'), ('ops', 'api_keys'))
    loop
        execute format('alter table %I.%I owner to %I', found.schema, found.name, found.owner);
    end loop;
    for found in select nspname as name from pg_namespace as schema where {{owner}} = '{BUILDER}' loop
        execute format('alter schema %I owner to {BUILDER}', found.name);
    end loop;
end $$
""".replace(
    "{owner}",
    f"(case when schema.nspname in {DURABLE_SCHEMAS} then '{LOADER}'"
    " when schema.nspname in ('marts', 'learned', 'settings', 'live')"
    f" or schema.nspname ~ '__(next|face|g[0-9]+)$' then '{BUILDER}' end)",
)

# What was published before there were roles is for readers too.
_PUBLISHED = f"""
do $$ declare found record; begin
    for found in
        select nspname as name from pg_namespace
        where nspname in ('marts', 'learned', 'settings', 'live') or nspname ~ '__g[0-9]+$'
    loop
        execute format('grant usage on schema %I to {READER}', found.name);
        execute format('grant select on all tables in schema %I to {READER}', found.name);
    end loop;
end $$
"""


# Roles are of the whole server: those that another database was set up with have no business in this one.
_HAS_RIGHTS = """
exists (
    select 1 from pg_namespace as schema
    where schema.nspname = 'ops' and has_schema_privilege(role.oid, schema.oid, 'usage')
)
"""


def is_set_up(session: PostgresSession) -> bool:
    """Whether the database was made ready for roles."""
    found = session.query(f"select 1 from pg_roles as role where rolname = $1 and {_HAS_RIGHTS}", (READER,))
    return bool(found.num_rows)


def take_role(session: PostgresSession, role: str) -> bool:
    """Makes the session work as a role, when the database knows it and its user may; says whether it does."""
    found = session.query(
        "select 1 from pg_roles as role"
        f" where rolname = $1 and pg_has_role(current_user, role.oid, 'member') and {_HAS_RIGHTS}",
        (role,),
    )
    if found.num_rows:
        session.execute(f"set role {quoted(role)}")
    return bool(found.num_rows)


def missing_roles(session: PostgresSession) -> list[str]:
    """The roles that the server does not have yet."""
    present = session.query("select rolname::text from pg_roles").column(0).to_pylist()
    return [role for role in ROLES if role not in present]


def creation(roles: Sequence[str]) -> list[str]:
    """The statements that make roles; nobody can log in as them."""
    return [f"create role {role} nologin" for role in roles]


def grants(database: str) -> list[str]:
    """The statements that give the roles their rights in a database; they can be repeated."""
    schemas = ", ".join(DURABLE_SCHEMAS)
    return [
        f"grant connect on database {quoted(database)} to {', '.join(ROLES)}",
        # Temporary tables by name, for a database where that right was taken from everybody.
        f"grant temporary on database {quoted(database)} to {LOADER}, {BUILDER}",
        f"grant create on database {quoted(database)} to {BUILDER}",
        f"grant usage, create on schema {schemas} to {LOADER}",
        f"grant usage on schema {schemas} to {BUILDER}",
        _OWNERSHIP,
        f"grant select on ops.migrations, ops.publications to {LOADER}",
        f"grant select on all tables in schema {schemas} to {BUILDER}",
        f"grant insert, update, delete on {', '.join(_BUILDERS_OWN)} to {BUILDER}",
        _PUBLISHED,
        f"grant usage on schema ops to {READER}",
        f"grant select on ops.migrations, ops.publications, ops.runs, ops.run_stages to {READER}",
        # Who gives keys is the owner; the server may see them and say when one was used.
        f"revoke all on ops.api_keys from {LOADER}, {BUILDER}, {READER}",
        f"grant {READER} to {SERVER}",
        f"grant select, update (last_used_at) on ops.api_keys to {SERVER}",
        f"grant select, insert, delete on ops.access to {SERVER}",
        # Who reads may export, and what is exported is noted, whoever does it.
        f"grant select, insert, update, delete on ops.exports, ops.export_members to {READER}, {BUILDER}",
        # Changes of segment and alerts are told by whoever runs or serves.
        f"grant select, insert, update, delete on ops.webhooks, ops.webhook_batches, ops.alerts to {BUILDER}, {SERVER}",
        # What new sources and later migrations bring.
        f"alter default privileges for role {LOADER} in schema {schemas} grant select on tables to {BUILDER}",
        f"alter default privileges in schema {schemas} grant select on tables to {BUILDER}",
    ]


def set_up(session: PostgresSession, database: str, location: str) -> list[str]:
    """Makes the roles that are missing, gives all of them their rights, and says what it did.

    Raises:
        WarehouseError: The user may not; the message names the statements that somebody must run who may.
    """
    missing = missing_roles(session)
    may = session.query("select rolcreaterole or rolsuper as may from pg_roles where rolname = current_user")
    if missing and not may.column(0)[0].as_py():
        raise WarehouseError(
            f"The user of `warehouse` may not create roles in {location}, and it lacks {', '.join(missing)}."
            " Hand an administrator what `regulars init --warehouse URL --print-sql` prints."
        )
    with session.transaction():
        # Who makes the roles hands over to them what it owns, which takes being one of them.
        joined = [f"grant {role} to current_user" for role in missing]
        for statement in [*creation(missing), *joined, *grants(database)]:
            session.execute(statement)
    made = [f"made role {role}, which {ROLES[role]}" for role in missing]
    return [*made, f"gave {', '.join(ROLES)} their rights in {location}"]


def script(database: str, durable: str) -> str:
    """All of it as one script for an administrator, which can be run again.

    Args:
        database: The database it is for.
        durable: The script that makes the durable side.
    """
    made = "".join(
        f"do $$ begin create role {role} nologin; exception when duplicate_object then null; end $$;\n"
        for role in ROLES
    )
    rights = "".join(f"{statement.strip()};\n" for statement in grants(database))
    members = "".join(f"--   grant {role} to their_name;  -- {what}\n" for role, what in ROLES.items())
    return (
        f"-- For database {database}, by somebody who may create roles and owns the database.\n{made}{durable}{rights}"
        f"-- Then, for each user, what they are to do:\n{members}"
    )
