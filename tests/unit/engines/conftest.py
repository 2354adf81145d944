"""A database of its own for each test of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.servers import Postgres


@pytest.fixture
def database(server: Postgres) -> str:
    """The URL of an empty database."""
    return server.new_database()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine keeps on this machine beside its database goes with the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
