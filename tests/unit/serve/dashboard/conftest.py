"""The real server of the small published shop with a key of each role, asked as a browser does: with cookies."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.unit.conftest import Published

from regulars.engines.base import open_engine
from regulars.serve.api.app import create_app
from regulars.serve.auth import KeyStore, Role
from regulars.settings import Settings


@pytest.fixture
def warehouse(published: Published, tmp_path: Path) -> Settings:
    """The small shop in a folder of its own, so that keys can be given."""
    shutil.copytree(published.folder / "warehouse", tmp_path / "warehouse")
    return Settings(warehouse=str(tmp_path / "warehouse"), serve={"failures_per_minute": 3})


@pytest.fixture
def keys(warehouse: Settings) -> dict[Role, str]:
    """A key of each role."""
    store = KeyStore(open_engine(warehouse))
    return {role: store.add(role.name, role) for role in Role}


@pytest.fixture
def server(warehouse: Settings, keys: dict[Role, str]) -> Iterator[TestClient]:
    """The server, which keys were given to."""
    with _served(warehouse) as client:
        yield client


@pytest.fixture
def open_server(warehouse: Settings) -> Iterator[TestClient]:
    """The server without any key."""
    with _served(warehouse) as client:
        yield client


@contextmanager
def _served(settings: Settings) -> Iterator[TestClient]:
    """A browser on the server's own machine, which follows no redirection by itself."""
    with TestClient(
        create_app(settings),
        base_url="http://localhost",
        client=("127.0.0.1", 1),
        headers={"Accept": "text/html"},
        follow_redirects=False,
    ) as client:
        yield client
