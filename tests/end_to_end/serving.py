"""The purchase-history API under a real server: a process with a free port, started, stopped and started again."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from regulars.demo.faults import Faults
from regulars.demo.purchase_api import purchase_api
from regulars.demo.purchases import shop_purchases

CUSTOMERS, SEED = 240, 11
_SPAWNING = multiprocessing.get_context("spawn")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(port: int, dies_after: int | None = None, **faults: Any) -> Iterator[str]:
    """The address of the API while it runs; with `dies_after`, it is gone in the middle of that request."""
    process = _SPAWNING.Process(target=_serve, args=(port, dies_after, faults), daemon=True)
    process.start()
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.join()


def _serve(port: int, dies_after: int | None, faults: dict[str, Any]) -> None:
    import os
    import signal

    plain = purchase_api(shop_purchases(CUSTOMERS, SEED), Faults(**faults, seed=SEED, retry_after=0))
    asked = 0

    async def mortal(scope: Any, receive: Any, send: Any) -> None:
        nonlocal asked
        if scope["type"] == "http" and scope["path"] != "/health":
            asked += 1
            if asked == dies_after:
                os.kill(os.getpid(), signal.SIGKILL)
        await plain(scope, receive, send)

    config = uvicorn.Config(mortal, host="127.0.0.1", port=port, log_level="critical", access_log=False)
    asyncio.run(uvicorn.Server(config).serve())


def _wait(port: int) -> None:
    """Until the server answers; each try ends by itself when nobody listens."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
    assert httpx.get(f"http://127.0.0.1:{port}/health", timeout=30, trust_env=False).json() == {"status": "ok"}
