"""Who may ask what of the real server, held against one table with every key."""

from __future__ import annotations

import shutil
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.unit.conftest import Published
from tests.unit.serve.authorisation import disagreements, trespasses

from regulars.engines.base import open_engine
from regulars.serve.api.app import create_app
from regulars.serve.api.body_limit import BodyLimit
from regulars.serve.api.doorkeeper import Doorkeeper
from regulars.serve.api.headers import SecurityHeaders
from regulars.serve.api.request_ids import RequestIds
from regulars.serve.auth import KeyStore, Role
from regulars.settings import Settings

AUTHORISATION = {
    ("GET", "/health"): None,
    ("GET", "/docs"): None,
    ("GET", "/docs/style.css"): None,
    ("GET", "/docs/data"): Role.viewer,
    ("GET", "/docs/data/app.js"): Role.viewer,
    ("GET", "/docs/data/manifest.json"): Role.viewer,
    ("GET", "/docs/data/catalog.json"): Role.viewer,
    ("GET", "/openapi.json"): None,
    ("POST", "/pipeline/run"): Role.operator,
    ("GET", "/metrics"): Role.viewer,
    ("GET", "/pipeline/runs"): Role.viewer,
    ("GET", "/pipeline/runs/{run_id}"): Role.viewer,
    ("GET", "/pipeline/runs/{run_id}/events"): Role.viewer,
    ("GET", "/segments"): Role.viewer,
    ("GET", "/segments/{segment}/customers"): Role.viewer,
    ("GET", "/customers"): Role.viewer,
    ("GET", "/customers/{customer_id}"): Role.viewer,
    ("GET", "/customers/{customer_id}/why"): Role.viewer,
    ("GET", "/export/segments/{segment}"): Role.operator,
    ("POST", "/predict"): Role.viewer,
    ("GET", "/retention"): Role.viewer,
    ("GET", "/migration"): Role.viewer,
    ("GET", "/clusters"): Role.viewer,
    ("GET", "/quality"): Role.viewer,
    ("GET", "/visualization/plot"): Role.viewer,
    ("GET", "/visualization/interactive"): Role.viewer,
    ("GET", "/visualization/3d"): Role.viewer,
    ("GET", "/report"): Role.viewer,
    # They lead to the door of the dashboard, which asks who comes by itself: tests/unit/serve/dashboard/test_door.py.
    ("GET", "/"): None,
    ("GET", "/dashboard"): None,
    ("ANY", "/dashboard"): None,
}


def test_every_endpoint_asks_for_the_role_of_the_table(published: Published, tmp_path: Path) -> None:
    shutil.copytree(published.folder / "warehouse", tmp_path / "warehouse")
    settings = published.settings.model_copy(update={"warehouse": str(tmp_path / "warehouse")})
    engine = open_engine(settings)
    store = KeyStore(engine)
    keys = {role: store.add(role.name, role) for role in Role}
    app = create_app(settings)
    assert disagreements(app, AUTHORISATION) == []
    # Who may start a run is told that another one goes on.
    with engine.lock(), TestClient(app):
        assert trespasses(app, AUTHORISATION, keys) == []


def test_a_route_that_nobody_thought_of_is_found_wherever_it_is_added(tmp_path: Path) -> None:
    app = create_app(Settings(warehouse=str(tmp_path / "empty")))
    app.add_api_route("/new", lambda: None)
    app.mount("/mounted", FastAPI(openapi_url=None, docs_url=None, redoc_url=None))
    assert {(found.path, found.what) for found in disagreements(app, AUTHORISATION)} >= {
        ("/new", "is in no line of the table")
    }
    assert any(found.path.startswith("/mounted") for found in disagreements(app, AUTHORISATION))


def test_the_door_is_the_outermost_of_all(tmp_path: Path) -> None:
    """What were installed after it would answer without a key, and unnoted."""
    app = create_app(Settings(warehouse=str(tmp_path / "empty")))
    assert [layer.cls for layer in app.user_middleware] == [RequestIds, SecurityHeaders, Doorkeeper, BodyLimit]
