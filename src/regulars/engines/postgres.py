"""The warehouse of a team: one PostgreSQL database, one writer, readers that never wait.

The durable schemas `raw`, `staging`, `identity` and `ops` grow; a run builds in schemas that end in `__next`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regulars.engines.postgres_address import Address
from regulars.engines.postgres_journal import PostgresJournal
from regulars.engines.postgres_lock import RunLock
from regulars.engines.postgres_migrations import migrate
from regulars.engines.postgres_session import PostgresSession, connected, driver_errors


class PostgresEngine:
    """The Engine of a database. Opening it connects to nothing; `prepare` makes the durable side."""

    kind = "postgres"
    dbt_target = "postgres"

    def __init__(self, url: str) -> None:
        self.address = Address.of(url)
        self.location = self.address.location
        self.query_errors = driver_errors()
        self.journal = PostgresJournal(self.durable)
        self._lock = RunLock(self.address, self.journal.running)
        folder = _local_folder(self.address)
        self.scratch_folder = folder / "scratch"
        self.dbt_folder = folder / "dbt"
        self.models_folder = folder / "models"

    def prepare(self) -> None:
        """Brings the durable schemas and tables to this version."""
        with connected(self.address) as session:
            migrate(session, self.location)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the database for one run; the server frees the lock when the connection ends."""
        with self._lock.hold():
            yield

    @contextmanager
    def durable(self) -> Iterator[PostgresSession]:
        """The durable schemas, writable."""
        with connected(self.address, before_commit=self._lock.refuse_if_lost) as session:
            yield session


def _local_folder(address: Address) -> Path:
    """Where this machine keeps what a run can make again: the parsed dbt project, files under way, fetched models."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = re.sub(r"[^\w.-]+", "_", f"{address.host}-{address.port}-{address.database}")
    return cache / "regulars" / name
