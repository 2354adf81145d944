"""One PostgreSQL server for the tests of the engine, with a database of its own for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.servers import Postgres, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def database(server: Postgres) -> str:
    """The URL of an empty database."""
    return server.new_database()
