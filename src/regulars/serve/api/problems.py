"""Refusals as problem documents (RFC 9457): what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """A request that is refused; the detail names the fact and the repair, and nobody's data."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})
        # What the document has besides, such as the run that is in the way.
        self.members = members

    def response(self) -> Response:
        """The problem as a document."""
        content = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }
        return JSONResponse(content, self.status, self.headers, media_type=PROBLEM_JSON)


async def told(_request: Request, problem: Exception) -> Response:
    """The handler of problems that endpoints and dependencies raise."""
    assert isinstance(problem, Problem)
    return problem.response()


_DOCUMENT: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_MEANINGS = {
    400: "The Host header is missing or names another server.",
    401: "No key, or none that is valid.",
    403: "The key's role is too low, or another site's page asks.",
    408: "The body did not come in time.",
    413: "The body is too large.",
    429: "Too many requests; Retry-After says when to come again.",
    500: "The server failed; its log says where.",
    503: "The keys cannot be read now.",
}
# For `FastAPI(responses=…)`: what is refused before an endpoint is reached stands in the OpenAPI document too.
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "content": {PROBLEM_JSON: {"schema": _DOCUMENT}}}
    for status, meaning in _MEANINGS.items()
}
