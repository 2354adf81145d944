"""A server of the small published shop, asked from this machine without a key: everybody is its owner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from tests.unit.conftest import Published

from regulars.serve.api.app import create_app


@pytest.fixture(scope="session")
def api(published: Published) -> Iterator[TestClient]:
    with TestClient(create_app(published.settings), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        yield client
