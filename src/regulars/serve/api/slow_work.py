"""What takes seconds is done on threads apart, so that those who look something up never wait behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any, ParamSpec

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request

from regulars.serve.api.state import state_of

Asked = ParamSpec("Asked")


def takes_long(endpoint: Callable[Asked, Any]) -> Callable[Asked, Awaitable[Any]]:
    """An endpoint that is worked on apart; those beyond the few that there is room for wait without a thread."""

    @wraps(endpoint)
    async def apart(*args: Asked.args, **kwargs: Asked.kwargs) -> Any:
        asked = next(value for value in (*args, *kwargs.values()) if isinstance(value, Request))
        return await run_sync(partial(endpoint, *args, **kwargs), limiter=limit_of(asked))

    return apart


def limit_of(request: Request) -> CapacityLimiter:
    """How many such requests of one server are worked on at once."""
    return state_of(request).slow_work
