"""Three roles with the rights that their work needs and no others; a database without them works for its owner alone.

regulars_loader lands and resolves: it writes the durable schemas and sees no mart. regulars_builder reads them and
builds, checks and publishes. regulars_reader reads what is published. People and programs get a role by
`grant regulars_reader to …`; a session that may take one works as that role and as nobody more powerful.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.catalog import DURABLE_SCHEMAS
from regulars.engines.postgres_names import quoted
from regulars.engines.postgres_session import PostgresSession
from regulars.errors import WarehouseError

LOADER, BUILDER, READER = "regulars_loader", "regulars_builder", "regulars_reader"
ROLES = {
    LOADER: "lands and resolves: writes raw, staging, identity and ops",
    BUILDER: "builds and publishes: reads those, writes everything derived",
    READER: "reads what is published",
}
# What a run that builds must write of the durable side.
_BUILDERS_OWN = ("ops.runs", "ops.run_stages", "ops.segment_restatements", "ops.model_files", "ops.publications")


def take_role(session: PostgresSession, role: str) -> bool:
    """Makes the session work as a role, when there is such a role and its user may; says whether it does."""
    found = session.query(
        "select 1 as may from pg_roles where rolname = $1 and pg_has_role(current_user, oid, 'member')", (role,)
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
    own = ", ".join(_BUILDERS_OWN)
    return [
        f"grant connect on database {quoted(database)} to {', '.join(ROLES)}",
        f"grant create on database {quoted(database)} to {BUILDER}",
        f"grant usage on schema {schemas} to {LOADER}, {BUILDER}",
        f"grant create on schema raw, identity to {LOADER}",
        f"grant select, insert, update, delete, truncate on all tables in schema {schemas} to {LOADER}",
        f"revoke insert, update, delete, truncate on ops.migrations, ops.publications from {LOADER}",
        f"grant select on all tables in schema {schemas} to {BUILDER}",
        f"grant insert, update, delete on {own} to {BUILDER}",
        f"grant usage on schema ops to {READER}",
        f"grant select on ops.publications, ops.migrations, ops.runs, ops.run_stages to {READER}",
        # What later migrations and new sources bring.
        f"alter default privileges in schema {schemas} grant select, insert, update, delete, truncate on tables"
        f" to {LOADER}",
        f"alter default privileges in schema {schemas} grant select on tables to {BUILDER}",
    ]


def loaders_grants() -> list[str]:
    """What the loader gives of the tables that it makes itself, run as the loader."""
    return [f"alter default privileges in schema raw, identity grant select on tables to {BUILDER}"]


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
            " Hand an administrator what `regulars init --warehouse URL --print-sql` prints, then run this again."
        )
    with session.transaction():
        for statement in [*creation(missing), *grants(database)]:
            session.execute(statement)
        if take_role(session, LOADER):
            for statement in loaders_grants():
                session.execute(statement)
            session.execute("reset role")
    made = [f"made role {role}, which {ROLES[role]}" for role in missing]
    return [*made, f"granted {', '.join(ROLES)} their rights"]


def script(database: str, durable: Sequence[str]) -> str:
    """All of it as one script for an administrator, who has not heard of Regulars."""
    made = [
        f"do $$ begin create role {role} nologin; exception when duplicate_object then null; end $$" for role in ROLES
    ]
    as_loader = [f"set role {LOADER}", *loaders_grants(), "reset role"]
    members = f"-- Then, for each of your users: grant {BUILDER} to their_name;"
    return "".join(f"{line};\n" for line in [*made, *durable, *grants(database), *as_loader]) + members + "\n"
