"""A database of its own for each test of the engine."""

from __future__ import annotations

import pytest
from tests.servers import Postgres


@pytest.fixture
def database(server: Postgres) -> str:
    """The URL of an empty database."""
    return server.new_database()
