"""Streamlit inside the server: started when somebody first opens a page, and stopped with the server.

Streamlit is one to a process. A second server in the same process, which only tests have, is told so.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp

from regulars.serve.dashboard.look import theme_options

SCRIPT = Path(__file__).parent / "entry" / "main.py"
_OPTIONS: dict[str, Any] = {
    "browser.gatherUsageStats": False,
    "client.allowedOrigins": [],
    # Tables are downloaded by way of our own button, which masks them and lets no formula through.
    "client.disableDataExport": True,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.showSidebarNavigation": True,
    "global.developmentMode": False,
    "logger.level": "warning",
    "runner.magicEnabled": False,
    "secrets.files": [],
    "server.allowRunOnSave": False,
    "server.disconnectedSessionTTL": 60,
    "server.enableAgentApi": False,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 1,
    "server.runOnSave": False,
    "server.scriptHealthCheckEnabled": False,
    "server.trustedUserHeaders": {},
}


def is_installed() -> bool:
    """Whether Streamlit is here."""
    return importlib.util.find_spec("streamlit") is not None


class StreamlitApp:
    """Streamlit with our script, as an ASGI app that is there from the first time it is asked for."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._started: ASGIApp | None = None
        self._running = AsyncExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Says in which loop it will run: that of the server's life, and no other."""
        self._loop = asyncio.get_running_loop()

    async def started(self) -> ASGIApp:
        """The app, running.

        Raises:
            RuntimeError: Another server of this process has it, or this one has not begun or has ended.
        """
        if self._loop is not asyncio.get_running_loop():
            raise RuntimeError("the dashboard works while its server does")
        async with self._turn:
            if self._started is None:
                app = await run_in_threadpool(_configured)
                await self._running.enter_async_context(_kept(app))
                self._started = app
            return self._started

    async def stop(self) -> None:
        """Ends it, if it was ever started."""
        async with self._turn:
            self._started = self._loop = None
            await self._running.aclose()


def index_page() -> Path:
    """The page of Streamlit's own that every page of the dashboard is drawn in."""
    from streamlit import file_util

    return Path(file_util.get_static_dir()) / "index.html"


def _configured() -> Any:
    # Importing Streamlit turns on uvicorn's log of requests, which has addresses and paths that nobody may keep.
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.access", "uvicorn.asgi", "uvicorn.error")]
    as_before = [(logger, logger.handlers[:], logger.propagate) for logger in loggers]
    import streamlit as st
    from streamlit import config
    from streamlit.runtime import Runtime

    if Runtime.exists():
        raise RuntimeError("another server of this process serves a dashboard already")
    # As flags, which a file of settings beside the server does not overrule.
    config.get_config_options(force_reparse=True, options_from_flags={**_OPTIONS, **theme_options()})
    for logger, handlers, propagates in as_before:
        logger.handlers, logger.propagate = handlers, propagates
    return st.App(SCRIPT)


class _kept:
    """Streamlit's runtime between its start and its end; a process that ended one may start another."""

    def __init__(self, app: Any) -> None:
        self._lifespan = app.lifespan()(app)

    async def __aenter__(self) -> None:
        from anyio import to_thread

        # Streamlit sets the number of threads that serve requests; how many the API has is not its affair.
        limiter = to_thread.current_default_thread_limiter()
        tokens = limiter.total_tokens
        await self._lifespan.__aenter__()
        limiter.total_tokens = tokens

    async def __aexit__(self, *error: Any) -> None:
        from streamlit.runtime import Runtime

        runtime = Runtime.instance()
        await self._lifespan.__aexit__(None, None, None)
        await runtime.stopped
        Runtime._instance = None
