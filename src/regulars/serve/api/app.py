"""create_app: the server of one warehouse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from regulars import __version__
from regulars.engines.base import open_engine
from regulars.engines.live_pool import LivePool
from regulars.serve.api import (
    customers,
    data_docs,
    docs_page,
    export,
    health,
    lists,
    metrics,
    pipeline,
    predict,
    report_page,
    segments,
    visualization,
)
from regulars.serve.api.answers import ALWAYS
from regulars.serve.api.delivering import start_delivering
from regulars.serve.api.openapi import describe
from regulars.serve.api.refusals import install_refusals
from regulars.serve.api.run_process import RunStarter
from regulars.serve.api.security import install_security
from regulars.serve.api.state import ServerState
from regulars.serve.dashboard.mount import mount_dashboard
from regulars.settings import Settings

_ROUTERS = (
    health,
    metrics,
    pipeline,
    segments,
    customers,
    export,
    predict,
    lists,
    visualization,
    report_page,
    docs_page,
    data_docs,
)
# A file is looked at for nothing; asking a database what is live is a question of its own.
_LOOK_SECONDS = {"duckdb": 0.0}


def create_app(settings: Settings) -> FastAPI:
    """The server, with nothing opened yet: the warehouse may be empty, and is opened by the first question.

    Args:
        settings: Whose warehouse is served, and to whom.

    Raises:
        SettingsError: No engine serves the warehouse.
    """
    engine = open_engine(settings)
    pool = LivePool(engine, look_seconds=_LOOK_SECONDS.get(engine.kind, 1.0))
    state = ServerState(settings, engine, pool, RunStarter(engine, settings))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(state.sending.sweep)
        delivering = start_delivering(engine, settings)
        await run_in_threadpool(delivering.__enter__)
        try:
            yield
        finally:
            await run_in_threadpool(delivering.__exit__, None, None, None)
            await run_in_threadpool(state.sending.close)
            await run_in_threadpool(pool.close)

    app = FastAPI(
        title="Regulars",
        version=__version__,
        lifespan=lifespan,
        responses=ALWAYS,
        # These pages of FastAPI load their scripts from elsewhere; docs_page.py does without.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.regulars = state
    for module in _ROUTERS:
        app.include_router(module.router)
    install_refusals(app)
    describe(app)
    store = install_security(app, settings, engine)
    mount_dashboard(app, state, store, app.state.failures)
    return app
