"""One published build per answer, with its ETag: who has the answer already is not sent it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request, Response

from regulars import __version__
from regulars.engines.live_pool import Reading
from regulars.serve.api.state import state_of
from regulars.serve.auth import Principal
from regulars.serve.basis import read_state
from regulars.serve.queries import Pinned, Queries

THROUGH = "Data-Through"


class NotModified(Exception):
    """The client has what it asks for."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__()
        self.headers = headers


@contextmanager
def published(request: Request, response: Response, principal: Principal) -> Iterator[Reading]:
    """The build that the answer is made from; its ETag is put on the response.

    Raises:
        NotModified: The client's copy was made from the same build, by the same version, for the same role.
    """
    with state_of(request).pool.lease() as reading:
        headers = caching(reading.run_id, principal)
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if headers["ETag"] in known or known == ["*"]:
            raise NotModified(headers)
        response.headers.update(headers)
        # Beside every answer, however its body is made: nobody should act on data without knowing how old they are.
        [through] = state_of(request).through.made(reading.run_id, lambda: [read_state(reading.session)[1]])
        if through:
            response.headers[THROUGH] = through
        yield reading


def caching(run_id: str, principal: Principal) -> dict[str, str]:
    """What clients may keep, and for how long: only they, and only after they have asked whether it still holds."""
    return {
        "ETag": f'"{run_id}-{__version__}-{principal.role.name}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, X-API-Key",
    }


def kept_headers(response: Response) -> dict[str, str]:
    """What `published` has put on a response, for another one that is sent in its place."""
    names = ("etag", "cache-control", "vary", THROUGH.lower())
    return {name: response.headers[name] for name in names if name in response.headers}


def queries_on(request: Request, reading: Reading) -> Queries:
    """Questions to the build of this answer."""
    state = state_of(request)
    return Queries(Pinned(reading.session, state.engine.query_errors), state.settings.shop)
