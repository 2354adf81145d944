"""A real browser, and the real server that it opens the dashboard of: each a process of its own.

Chromium is the system's; REGULARS_CHROMIUM names another. Without one, tests of pages are left out, or fail where
everything is required.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.servers_stream import free_port, until

_ALONE = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
]
LAPTOP, TABLET = {"width": 1366, "height": 768}, {"width": 820, "height": 1180}


@contextmanager
def running_browser() -> Iterator[Any]:
    """Chromium, as Playwright drives it."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("REGULARS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium: install the package chromium, or name one by REGULARS_CHROMIUM")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=_ALONE)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serving(warehouse: Path, log: Path, **variables: str) -> Iterator[str]:
    """The address of `regulars serve` on a warehouse while it runs.

    Args:
        warehouse: Its folder.
        log: Where it may write what it says.
        variables: Settings, such as REGULARS_RFM__WINDOW_DAYS="180".
    """
    pytest.importorskip("streamlit")
    port = free_port()
    code = "from regulars.cli import main; main()"
    with log.open("wb") as said:
        server = subprocess.Popen(
            [sys.executable, "-c", code, "serve", "--port", str(port), "--warehouse", str(warehouse)],
            cwd=log.parent,
            env={**os.environ, **variables},
            stdout=said,
            stderr=said,
        )
    try:
        until(lambda: _answers(server, port, log), 90)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            raise AssertionError(f"The server did not stop:\n{log.read_text(errors='replace')[-2000:]}") from None


def _answers(server: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    import httpx

    assert server.poll() is None, log.read_text(errors="replace")[-2000:]
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
