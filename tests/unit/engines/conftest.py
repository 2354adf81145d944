"""A database of its own for each test of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.servers import Postgres

from regulars.engines.postgres import PostgresEngine


@pytest.fixture
def database(server: Postgres) -> str:
    """The URL of an empty database."""
    return server.new_database()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine keeps on this machine beside its database goes with the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def warehouse_url(database: str) -> str:
    """The URL of a database with an empty durable side, in which nothing was ever published."""
    PostgresEngine(database).prepare()
    return database
