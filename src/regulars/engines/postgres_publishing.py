"""How a build becomes what readers see, in one transaction, without a reader ever waiting for it.

Every publication is a generation: its schemas are renamed from `marts__next` to `marts__g12` and never change again.
Sessions of Regulars pin the newest generation by a shared lock of its number and read it to their end, whatever is
published meanwhile. Who reads the database by other means finds the same tables as views in `marts`, `learned`,
`settings` and `live`: schemas that the same transaction puts in the place of the last ones. A generation is dropped
once a newer one is live and nobody reads it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress

from regulars import catalog
from regulars.engines.journal import ledger_time
from regulars.engines.postgres_names import Names, quoted
from regulars.engines.postgres_roles import BUILDER, READER, is_set_up, take_role
from regulars.engines.postgres_session import PostgresSession, driver_errors
from regulars.errors import WarehouseError

# Schemas of a build; those of durable names hold what is carried over for readers.
CARRIED = ("raw", "staging", "identity", "ops")
BUILT = (*catalog.DERIVED_SCHEMAS, *CARRIED)
NEXT = "__next"
# What readers by other means find, and of which schemas it shows the tables.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "marts": ("marts",),
    "learned": ("learned",),
    "settings": ("settings",),
    "live": CARRIED,
}
_KEY = "hashtextextended('regulars generation', 0)"
_ATTEMPTS = 40
_PAUSE = 0.25


def building() -> Names:
    """A build in flight, with the durable schemas behind `durable.`."""
    return Names({schema: schema + NEXT for schema in BUILT}, {schema: schema for schema in catalog.DURABLE_SCHEMAS})


def generation_names(generation: int) -> Names:
    """A published generation."""
    return Names({schema: f"{schema}__g{generation}" for schema in BUILT})


def newest(session: PostgresSession) -> int | None:
    """The generation that is live; None when nothing was ever published."""
    if not session.columns("ops.publications"):
        return None
    found = session.query("select max(generation) from ops.publications").column(0)[0].as_py()
    return None if found is None else int(found)


def pin(session: PostgresSession) -> int | None:
    """Pins the generation that is live for as long as the session lasts."""
    while (generation := newest(session)) is not None:
        session.execute(f"select pg_advisory_lock_shared({_KEY} + $1)", (generation,))
        # Between the two it may have been replaced and dropped.
        if session.columns(f"marts__g{generation}.fct_customer_rfm") or newest(session) == generation:
            return generation
        session.execute(f"select pg_advisory_unlock_shared({_KEY} + $1)", (generation,))
    return None


def publish(session: PostgresSession, location: str) -> int:
    """Puts the build in the place of the live generation and returns the number of the new one.

    Args:
        session: The connection that holds the run's lock: if it was lost, nothing can be published.
        location: For messages.

    Raises:
        WarehouseError: A schema of that name is there already, and not of Regulars.
    """
    has_roles = is_set_up(session)
    take_role(session, BUILDER)
    try:
        old = newest(session)
        if old is None:
            _refuse_strangers(session, location)
        new = (old or 0) + 1
        _show(session, has_roles)
        _exchange(session, old, new)
        drop_old(session, new)
    finally:
        with suppress(WarehouseError, *driver_errors()):
            session.execute("reset role")
    return new


def drop_old(session: PostgresSession, live: int) -> list[int]:
    """Drops the generations before the live one that nobody reads; what is read goes after the next publication.

    Returns:
        Those that are still there.
    """
    names = session.query("select nspname::text from pg_namespace where nspname ~ '__g[0-9]+$'").column(0).to_pylist()
    old = sorted({int(name.rpartition("__g")[2]) for name in names} - {live})
    left = set(old)
    session.execute("set lock_timeout = '200ms'")
    for generation in old:
        free = session.query(f"select pg_try_advisory_lock({_KEY} + $1) as free", (generation,))
        if not free.column(0)[0].as_py():
            continue
        try:
            schemas = ", ".join(quoted(name) for name in names if name.endswith(f"__g{generation}"))
            # A reader by other means may still be at it: the drop waits no longer than the timeout.
            with suppress(*driver_errors()):
                session.execute(f"drop schema {schemas} cascade")
                left.discard(generation)
        finally:
            session.execute(f"select pg_advisory_unlock({_KEY} + $1)", (generation,))
    session.execute("reset lock_timeout")
    return sorted(left)


def _refuse_strangers(session: PostgresSession, location: str) -> None:
    present = set(session.query("select nspname::text from pg_namespace").column(0).to_pylist())
    if strangers := sorted(present & SHOWN.keys()):
        raise WarehouseError(
            f"{location} has schemas of its own called {', '.join(strangers)}, where Regulars would publish."
            " Give it a database of its own, or rename them."
        )


def _show(session: PostgresSession, has_roles: bool) -> None:
    """Makes the views for readers by other means beside those that they read now, and lets readers in."""
    for schema, shown in SHOWN.items():
        face = schema + "__face"
        session.execute(f"drop schema if exists {face} cascade")
        session.execute(f"create schema {face}")
        for source in shown:
            for table in _relations(session, source + NEXT):
                session.execute(f"create view {face}.{quoted(table)} as select * from {source}{NEXT}.{quoted(table)}")
        if has_roles:
            _let_in(session, face)
    if has_roles:
        for schema in BUILT:
            _let_in(session, schema + NEXT)


def _let_in(session: PostgresSession, schema: str) -> None:
    session.execute(f"grant usage on schema {schema} to {READER}")
    session.execute(f"grant select on all tables in schema {schema} to {READER}")


def _exchange(session: PostgresSession, old: int | None, new: int) -> None:
    """The one transaction that changes what is live.

    Renaming a schema locks no table. But a statement that names two tables might find one before and one after it, and
    a transaction that goes on would change generations half-way. So the views are locked for an instant first, and who
    is in the way is tried around, never waited for: a reader waits for the timeout at most. Whoever keeps a
    transaction open for longer than all attempts last finds the new generation in its next statement.
    """
    views = [f"{schema}.{quoted(view)}" for schema in SHOWN for view in _relations(session, schema)] if old else []
    for attempt in range(_ATTEMPTS + 1):
        try:
            with session.transaction():
                session.execute("set local lock_timeout = '100ms'")
                if attempt < _ATTEMPTS:
                    for view in views:
                        # The cheapest statement that locks a view and not the tables below it.
                        session.execute(f"alter view {view} reset (security_barrier)")
                for schema in BUILT:
                    session.execute(f"alter schema {schema}{NEXT} rename to {schema}__g{new}")
                for schema in SHOWN:
                    if old:
                        session.execute(f"alter schema {schema} rename to {schema}__face__g{old}")
                    session.execute(f"alter schema {schema}__face rename to {schema}")
                session.execute("insert into ops.publications values ($1, $2)", (new, ledger_time()))
            return
        except driver_errors() as error:
            if getattr(error, "sqlstate", "") != "55P03" or attempt == _ATTEMPTS:
                raise
            time.sleep(_PAUSE)


def _relations(session: PostgresSession, schema: str) -> list[str]:
    found = session.query(
        "select relname::text from pg_class where relkind in ('r', 'v', 'p')"
        " and relnamespace = (select oid from pg_namespace where nspname = $1) order by relname",
        (schema,),
    )
    return [str(name) for name in found.column(0).to_pylist()]
