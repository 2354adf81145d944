"""What an API needs to be safe, in one call, and what its endpoints say of who may ask them.

app = FastAPI(responses=REFUSALS)
install_security(app, settings, engine)

@app.get("/segments")
def segments(principal: Annotated[Principal, Depends(needs(Role.viewer))]) -> …
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

from fastapi import FastAPI, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.concurrency import run_in_threadpool

from regulars.engines.base import Engine
from regulars.errors import RegularsError
from regulars.serve.access_log import AccessLog
from regulars.serve.api.body_limit import BodyLimit
from regulars.serve.api.doorkeeper import CHALLENGE, Doorkeeper, Failures
from regulars.serve.api.headers import SecurityHeaders, csp_nonce, page_policy
from regulars.serve.api.hosts import check_binding
from regulars.serve.api.problems import REFUSALS, Problem, told
from regulars.serve.api.request_counts import RequestCounts
from regulars.serve.api.request_ids import RequestIds
from regulars.serve.api.slow_clients import server_options
from regulars.serve.auth import REFRESH_SECONDS, KeyStore, Principal, Role
from regulars.settings import Settings

__all__ = [
    "REFUSALS",
    "check_binding",
    "csp_nonce",
    "install_security",
    "needs",
    "page_policy",
    "server_options",
]

# For the OpenAPI document, and the button of its page; the keys themselves are looked at by the doorkeeper.
_BEARER = HTTPBearer(auto_error=False, description="A key of `regulars keys add`.")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key in a header of its own.")


class needs:
    """The dependency of an endpoint that only a role, or one above it, may ask; gives who asks."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(
        self,
        request: Request,
        _bearer: Annotated[Any, Security(_BEARER)] = None,
        _key: Annotated[Any, Security(_HEADER)] = None,
    ) -> Principal:
        """Who asks.

        Raises:
            Problem: 401 for who has no key, 403 for who has one of a lower role.
        """
        principal: Principal | None = getattr(request.state, "principal", None)
        if principal is None:
            raise Problem(
                401,
                "This needs an API key, as `Authorization: Bearer KEY` or `X-API-Key: KEY`."
                " The server's owner makes one with `regulars keys add NAME`.",
                CHALLENGE,
            )
        if principal.role < self.role:
            raise Problem(
                403,
                f"This needs the role {self.role.name}, and the key {principal.name} has the role"
                f" {principal.role.name}. Ask the server's owner for another key.",
            )
        return principal


def install_security(app: FastAPI, settings: Settings, engine: Engine) -> KeyStore:
    """Puts everything in front of an app: ids, headers, host, keys, pace, audit, limits of bodies; returns the keys.

    Call it last: what is installed afterwards stands outside the door.
    """
    serve = settings.serve
    store = KeyStore(engine)
    log = AccessLog(engine.access, days=serve.access_days, rows=serve.access_rows)
    app.add_exception_handler(Problem, told)
    # The last one added is the first that a request meets.
    app.add_middleware(BodyLimit, most=serve.max_body_bytes, seconds=serve.slow_client_seconds)
    # GET /metrics tells them.
    app.state.requests = RequestCounts()
    app.state.failures = Failures(serve.failures_per_minute)
    app.add_middleware(
        Doorkeeper, settings=serve, store=store, log=log, counts=app.state.requests, failures=app.state.failures
    )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestIds)
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        log.start()
        reading = asyncio.create_task(_keep_reading(store))
        try:
            async with inner(app) as state:
                yield state
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            await run_in_threadpool(log.stop)

    app.router.lifespan_context = lifespan
    return store


async def _keep_reading(store: KeyStore) -> None:
    """Reads the keys before what is known of them is too old, so that no request waits for it."""
    while True:
        # Whoever asks while they cannot be read is told so.
        with suppress(RegularsError):
            await run_in_threadpool(store.refresh)
        await asyncio.sleep(REFRESH_SECONDS / 2)
