"""A published demo shop, made once for all processes of a test run; a server and a browser for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from tests.dashboard.visiting import Visit
from tests.servers_browser import LAPTOP, running_browser, serving

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings


def shared_folder(factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of a parallel run have in common."""
    base = factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "dashboard"


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The warehouse of the demo shop with 300 people, published; nobody writes to it."""
    folder = shared_folder(tmp_path_factory, worker_id)
    folder.mkdir(exist_ok=True)
    warehouse, done = folder / "warehouse", folder / "done"
    with FileLock(folder / "lock"):
        if not done.exists():
            generate(ShopOptions(customers=300, seed=7), folder / "shop")
            files = [str(folder / "shop" / f"{name}.csv") for name in ("customers", "orders")]
            run_pipeline(Settings(warehouse=str(warehouse)), Request(files=files))
            done.touch()
    return warehouse


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium."""
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
    context = browser.new_context(viewport=LAPTOP, color_scheme="light")
    visiting = Visit(context.new_page(), demo_server)
    yield visiting
    context.close()
    assert not visiting.complaints
