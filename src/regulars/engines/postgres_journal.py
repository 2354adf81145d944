"""The journal of a PostgreSQL warehouse: tables of its own schema `ops`, written on a connection of their own.

So what is noted of a run can be read while the run goes on, and stays when its transaction is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pyarrow as pa

from regulars.engines.journal import Journal, Statement, tables_read
from regulars.engines.postgres_session import PostgresSession


class PostgresJournal(Journal):
    """A Journal in the database that a new session is opened to for every call."""

    def __init__(
        self, session: Callable[[], AbstractContextManager[PostgresSession]], prepare: Callable[[], None]
    ) -> None:
        self._session, self._prepare = session, prepare

    def make_ready(self) -> None:
        """Applies the migrations that the database lacks."""
        self._prepare()

    def write(self, *statements: Statement) -> None:
        """Runs the statements in one transaction."""
        with self._session() as session, session.transaction():
            for sql, params in statements:
                session.execute(sql, params)

    def read(self, sql: str, params: Sequence[Any], schema: pa.Schema) -> pa.Table:
        """The result of a query of one table."""
        with self._session() as session:
            if not all(session.columns(f"ops.{table}") for table in tables_read(sql)):
                return schema.empty_table()
            return session.query(sql, params).cast(schema)
