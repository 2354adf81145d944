"""A published demo shop, made once for all processes of a test run; a server and a browser for each of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from tests.dashboard.visiting import Visit, visiting
from tests.servers_browser import running_browser, serving

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.base import open_engine
from regulars.pipeline import Request, run_pipeline
from regulars.serve.auth import KeyStore, Role
from regulars.settings import Settings


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The warehouse of the demo shop with 300 people, published; nobody writes to it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "dashboard"
    folder.mkdir(exist_ok=True)
    warehouse, done = folder / "warehouse", folder / "done"
    with FileLock(folder / "lock"):
        if not done.exists():
            generate(ShopOptions(customers=300, seed=7), folder / "shop")
            files = [str(folder / "shop" / f"{name}.csv") for name in ("customers", "orders")]
            run_pipeline(Settings(warehouse=str(warehouse)), Request(files=files))
            done.touch()
    return warehouse


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; while Playwright drives it, nothing else in this process can run a loop of its own."""
    with running_browser() as running:
        yield running


@pytest.fixture(scope="session")
def demo_server(demo_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server of the demo shop; no key was given, so everything may be seen and done."""
    with serving(demo_shop, tmp_path_factory.mktemp("server") / "server.log") as address:
        yield address


@pytest.fixture
def visit(browser: Any, demo_server: str) -> Iterator[Visit]:
    """A new tab at the demo shop's server, on a laptop; at the end nothing may have gone wrong in the browser."""
    with visiting(browser, demo_server) as opened:
        yield opened


@pytest.fixture(scope="session")
def guarded(demo_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[Role, str]]]:
    """The address of a server of the same shop to which keys were given, and a key of each role."""
    folder = tmp_path_factory.mktemp("guarded")
    shutil.copytree(demo_shop, folder / "warehouse")
    store = KeyStore(open_engine(Settings(warehouse=str(folder / "warehouse"))))
    keys = {role: store.add(role.name, role) for role in Role}
    with serving(folder / "warehouse", folder / "server.log") as address:
        yield address, keys


@pytest.fixture(scope="session")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of a warehouse in which nothing was ever published."""
    folder = tmp_path_factory.mktemp("empty")
    with serving(folder / "warehouse", folder / "server.log") as address:
        yield address


@pytest.fixture
def empty_visit(browser: Any, empty_server: str) -> Iterator[Visit]:
    """A new tab at the server of an empty warehouse."""
    with visiting(browser, empty_server) as opened:
        yield opened


@pytest.fixture
def viewer_visit(browser: Any, guarded: tuple[str, dict[Role, str]]) -> Iterator[Visit]:
    """A new tab of somebody who signed in with a viewer's key."""
    address, keys = guarded
    with visiting(browser, address) as opened:
        opened.sign_in(keys[Role.viewer])
        yield opened
