"""What every endpoint answers beside its content, for the OpenAPI document; and content as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from pydantic import TypeAdapter
from starlette.responses import Response

from regulars.serve.api.problems import REFUSALS
from regulars.serve.api.security import needs
from regulars.serve.auth import Principal, Role

Viewer = Annotated[Principal, Depends(needs(Role.viewer))]
Operator = Annotated[Principal, Depends(needs(Role.operator))]

Answers = dict[int | str, dict[str, Any]]
_ROWS: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
TEXT = r"^[^\x00-\x1f\x7f]+$"  # no control characters
_ETAG = {"ETag": {"description": "The build that the answer was made from.", "schema": {"type": "string"}}}
_THROUGH = {
    "Data-Through": {
        "description": "The newest day with a valid order in that build; absent while there is none.",
        "schema": {"type": "string", "format": "date"},
    }
}
ALWAYS: Answers = {
    **REFUSALS,
    400: {"description": "The Host header is missing or names another server, or the body is no JSON."},
    422: {"description": "A value does not fit; the document says which."},
    503: {"description": "Nothing is published, or the warehouse is busy or away; Retry-After says when to ask again."},
}
PUBLISHED: Answers = {
    200: {"headers": {**_ETAG, **_THROUGH}, "description": "As the live run published it."},
    304: {"description": "What the client has still holds."},
}
NOT_FOUND: Answers = {404: {"description": "There is no such thing; the detail says how to search."}}


def as_json(content: dict[str, Any] | bytes, headers: Response) -> Response:
    """Published rows as an answer, made on the thread that read them; bytes are JSON already.

    Their types are the warehouse's contracts, which the response models are made of: nothing is left to validate.
    """
    body = content if isinstance(content, bytes) else to_json(content)
    return Response(body, media_type="application/json", headers=dict(headers.headers))


def to_json(content: dict[str, Any]) -> bytes:
    """Rows as JSON: money is text, and what is no number is null."""
    return _ROWS.dump_json(content)
