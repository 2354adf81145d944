"""The durable side of a PostgreSQL warehouse, brought from any older version to this one by numbered files of SQL.

Each file runs once, in one transaction with the note of it in `ops.migrations`. A file that was released is never
changed: what comes later gets a file of its own, under the next number.
"""

from __future__ import annotations

import re
from importlib.resources import files

from regulars.engines.journal import ledger_time
from regulars.engines.postgres_session import PostgresSession
from regulars.errors import WarehouseError

_NOTES = (
    "create schema if not exists ops",
    "create table if not exists ops.migrations"
    " (number integer primary key, name text not null, applied_at timestamp not null)",
)


def migrate(session: PostgresSession, location: str) -> list[str]:
    """Applies what the database lacks, all or nothing, and returns the names of the files that were applied.

    Raises:
        WarehouseError: The database is of a newer version than this program.
    """
    known = migrations()
    if _compared(_applied(session), known, location) == max(known):
        return []
    with session.transaction():
        # Two who prepare a new database at once must not both begin.
        session.execute("select pg_advisory_xact_lock(hashtextextended('regulars migrations', 0))")
        for statement in _NOTES:
            session.execute(statement)
        done = _applied(session)
        _compared(done, known, location)
        new = [number for number in sorted(known) if number not in done]
        for number in new:
            name, sql = known[number]
            for statement in statements(sql):
                session.execute(statement)
            session.execute("insert into ops.migrations values ($1, $2, $3)", (number, name, ledger_time()))
    return [known[number][0] for number in new]


def script() -> str:
    """All migrations as one script of SQL, which applies what a database lacks."""
    parts = [f"{statement};" for statement in _NOTES]
    for number, (name, sql) in sorted(migrations().items()):
        body = "\n".join(f"{statement};" for statement in statements(sql))
        parts.append(
            "do $regulars$ begin\n"
            f"if not exists (select 1 from ops.migrations where number = {number}) then\n{body}\n"
            f"insert into ops.migrations values ({number}, '{name}', now()::timestamp);\nend if;\nend $regulars$;"
        )
    return "\n".join(parts) + "\n"


def migrations() -> dict[int, tuple[str, str]]:
    """Name and content of each file, by its number."""
    folder = files("regulars.engines") / "migrations"
    found = sorted((file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir())
    return {int(name[:4]): (name.removesuffix(".sql"), text) for name, text in found if re.match(r"\d{4}_", name)}


def statements(sql: str) -> list[str]:
    """The statements of a file, which end with a semicolon at the end of a line."""
    plain = re.sub(r"^--.*$", "", sql, flags=re.MULTILINE)
    return [part.strip() for part in re.split(r";\s*$", plain, flags=re.MULTILINE) if part.strip()]


def _compared(done: list[int], known: dict[int, tuple[str, str]], location: str) -> int:
    """The last migration of the database, unless this program is too old for it."""
    last = max(done, default=0)
    if last > max(known):
        raise WarehouseError(
            f"The warehouse {location} is of a newer version: it is at migration {last}, and this version of Regulars"
            f" knows {max(known)}. Install the newer one."
        )
    return last


def _applied(session: PostgresSession) -> list[int]:
    if not session.columns("ops.migrations"):
        return []
    return [int(number) for number in session.query("select number from ops.migrations").column(0).to_pylist()]
