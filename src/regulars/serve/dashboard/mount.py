"""Puts the dashboard into the server: /dashboard and all below it. Call it after the door of the server is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse

from regulars.serve.api.doorkeeper import Failures
from regulars.serve.api.state import ServerState
from regulars.serve.auth import KeyStore
from regulars.serve.dashboard.door import Door


def mount_dashboard(app: FastAPI, state: ServerState, store: KeyStore, failures: Failures) -> None:
    """Mounts the dashboard; nothing of Streamlit is imported before somebody asks for it.

    Args:
        app: The server, with its security installed.
        state: What its endpoints share.
        store: The keys that open it.
        failures: Wrong keys of late.
    """
    door = Door(state, store, failures)

    @app.get("/dashboard", summary="The dashboard, for a browser", tags=["Dashboard"], include_in_schema=False)
    def dashboard(request: Request) -> RedirectResponse:
        """Leads to its first page, which asks for a key."""
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/dashboard/{query}", 307)

    @app.get("/", include_in_schema=False)
    def root() -> RedirectResponse:
        """Who types the server's address into a browser wants the dashboard."""
        return RedirectResponse("/dashboard/", 307)

    app.mount("/dashboard", door)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        door.begin()
        try:
            async with inner(app) as found:
                yield found
        finally:
            await door.stop()

    app.router.lifespan_context = lifespan
