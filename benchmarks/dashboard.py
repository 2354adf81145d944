"""How long every page of the dashboard takes in a real browser until it can be used, on a large shop.

A page is usable when its heading and figures stand and nothing is drawn any more. Each is opened in a tab whose browser
has Streamlit's files already, once with nothing remembered by the server (first) and then again (again). What is
clicked on a page is measured too, from the click until the page stands still.

    python benchmarks/dashboard.py --customers 1000000 --orders 3000000
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

AIM = 2.0
_STILL = '[data-testid="stApp"][data-test-script-state="notRunning"]'
_ALONE = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"


def main() -> None:
    """Makes the shop or takes one, opens every page, and prints the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--orders", type=int, default=60_000)
    parser.add_argument("--warehouse", type=Path, help="a published warehouse, which is only read")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        warehouse = asked.warehouse or _published(Path(name), asked.customers, asked.orders)
        customer, customers = _known(warehouse)
        print(f"{customers:,} customers, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{'':44} {'first s':>8} {'again s':>8}")
        with _served(warehouse) as address, _tab() as page:
            # The browser's own start and Streamlit's files are not a page's.
            _opened(page, f"{address}/dashboard/no-such-page")
            for path in _paths(customer):
                opens = partial(_opened, page, f"{address}/dashboard/{path}")
                first, again = _seconds(opens), _seconds(opens)
                _print(path or "overview", first, again)
            _print("what if: other cut points", *_what_if(page, address))


def _paths(customer: int) -> Iterator[str]:
    from regulars.serve.dashboard.pages import PAGES

    for place, page in enumerate(PAGES):
        yield page.path if place else ""
        if page.path == "segments":
            yield from (f"segments?view={view}" for view in ("Table", "Cut+points", "Compare", "What+if"))
            yield "segments?segment=Champions&page=50"
        if page.path == "customers":
            yield f"customers?customer={customer}"
            yield "customers?q=no+such+name"


def _what_if(page: Any, address: str) -> tuple[float, float]:
    _opened(page, f"{address}/dashboard/segments?view=What+if")
    best = page.get_by_label("Score 5 of recency")

    def tried(days: str) -> None:
        best.fill(days)
        best.press("Enter")
        page.wait_for_timeout(100)
        page.wait_for_selector(_STILL)

    return _seconds(lambda: tried("3")), _seconds(lambda: tried("4"))


def _opened(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_selector(_STILL)
    page.wait_for_function("document.querySelectorAll('[data-stale=\"true\"]').length === 0")


def _seconds(do: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _print(name: str, first: float, again: float) -> None:
    print(f"{name:44} {first:8.2f} {again:8.2f}{'' if max(first, again) <= AIM else '  above the aim'}", flush=True)


def _published(folder: Path, customers: int, orders: int) -> Path:
    from regulars.demo.generator import generate
    from regulars.demo.options import ShopOptions

    shop = generate(ShopOptions(customers=customers, orders=orders, dirt=False, plain_orders=True), folder / "shop")
    warehouse = folder / "warehouse"
    subprocess.run([_regulars(), "run", str(shop.orders_file), "-w", str(warehouse), "--quiet"], check=True)
    return warehouse


def _known(warehouse: Path) -> tuple[int, int]:
    with duckdb.connect(str(warehouse / "live.duckdb"), read_only=True) as live:
        sql = "select max_by(customer_id, frequency), count(*) from marts.customer_360"
        [row] = live.execute(sql).fetchall()
    return int(row[0]), int(row[1])


@contextmanager
def _served(warehouse: Path) -> Iterator[str]:
    command = [_regulars(), "serve", "-w", str(warehouse), "--port", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert server.stdout is not None
        found = re.search(r"http://[^:]+:\d+", server.stdout.readline())
        assert found, "the server did not start"
        yield found[0]
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _tab() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = os.environ.get("REGULARS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "install the package chromium, or name one by REGULARS_CHROMIUM"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=_ALONE.split())
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(120_000)
        yield page
        browser.close()


def _regulars() -> str:
    return str(Path(sys.executable).with_name("regulars"))


if __name__ == "__main__":
    main()
