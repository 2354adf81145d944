"""The real server, and a small app behind the whole of the security, with endpoints that do what real ones might."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi import Request as HttpRequest
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient
from tests.servers import Postgres
from tests.unit.conftest import Published

from regulars.engines.base import open_engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.pipeline import Request, run_pipeline
from regulars.serve.api.app import create_app
from regulars.serve.api.security import REFUSALS, install_security, needs
from regulars.serve.auth import REFRESH_SECONDS, KeyStore, Principal, Role
from regulars.serve.queries import Queries
from regulars.settings import Settings

AUTHORISATION = {
    ("GET", "/health"): None,
    ("GET", "/page"): None,
    ("POST", "/echo"): Role.viewer,
    ("GET", "/customers/{customer_id}"): Role.viewer,
    ("GET", "/broken"): Role.viewer,
    ("POST", "/pipeline/run"): Role.operator,
    ("GET", "/admin/access"): Role.admin,
    ("GET", "/docs"): None,
    ("GET", "/docs/oauth2-redirect"): None,
    ("GET", "/redoc"): None,
    ("GET", "/openapi.json"): None,
}


def demo_app(folder: Path, **serve: object) -> FastAPI:
    settings = Settings(warehouse=str(folder), serve=serve)
    app = FastAPI(responses=REFUSALS)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/page")
    def page() -> HTMLResponse:
        return HTMLResponse("<p>hello</p>")

    @app.post("/echo", dependencies=[Depends(needs(Role.viewer))])
    async def echo(request: HttpRequest) -> int:
        return len(await request.body())

    @app.get("/customers/{customer_id}")
    def customer(customer_id: str, principal: Annotated[Principal, Depends(needs(Role.viewer))]) -> dict[str, str]:
        return {"customer": customer_id, "asked_by": principal.name}

    @app.get("/broken", dependencies=[Depends(needs(Role.viewer))])
    def broken() -> None:
        raise ValueError("ann@example.org is no number")

    operators = APIRouter(prefix="/pipeline", dependencies=[Depends(needs(Role.operator))])

    @operators.post("/run", status_code=202)
    def run() -> dict[str, str]:
        return {"run_id": "1"}

    app.include_router(operators)

    @app.get("/admin/access", dependencies=[Depends(needs(Role.viewer)), Depends(needs(Role.admin))])
    def access() -> list[str]:
        return []

    app.state.store = install_security(app, settings, DuckDBEngine(folder))
    return app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


@pytest.fixture
def keys(folder: Path) -> dict[Role, str]:
    """A key of each role."""
    store = KeyStore(DuckDBEngine(folder))
    return {role: store.add(role.name, role) for role in Role}


@pytest.fixture(scope="session")
def in_database(published: Published, server: Postgres) -> Published:
    """The small shop in PostgreSQL."""
    settings = Settings(warehouse=server.new_database())
    files = [str(published.folder / name) for name in ("customers.csv", "orders.csv")]
    report = run_pipeline(settings, Request(files=files))
    engine = open_engine(settings)
    return Published(published.folder, settings, engine, Queries(engine, settings.shop), report)


@pytest.fixture(scope="session", params=["published", "in_database"], ids=["folder", "database"])
def served(request: pytest.FixtureRequest) -> Published:
    """The small shop on each kind of warehouse."""
    shop: Published = request.getfixturevalue(request.param)
    return shop


@pytest.fixture(scope="session")
def api(served: Published) -> Iterator[TestClient]:
    """The real server of the small published shop, asked from this machine without a key: everybody is its owner."""
    with TestClient(create_app(served.settings), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


@pytest.fixture
def roles(served: Published) -> Iterator[dict[Role, TestClient]]:
    """The same server asked with a key of each role; afterwards it is as if no key had been given."""
    store = KeyStore(served.engine)
    keys = {role: store.add(role.name, role) for role in Role}
    app = create_app(served.settings)
    with TestClient(app):
        yield {
            role: TestClient(
                app, base_url="http://localhost", headers={"X-API-Key": key}, raise_server_exceptions=False
            )
            for role, key in keys.items()
        }
    served.engine.journal.write(("delete from ops.api_keys", ()))
    # So long the server of `api` may still know them.
    time.sleep(REFRESH_SECONDS + 0.1)
