"""The OpenAPI document says of every endpoint what it may refuse, as the problem documents that it sends."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from regulars import __version__
from regulars.serve.api.problems import PROBLEM_JSON

_PROBLEM = {
    "type": "object",
    "description": "What went wrong and what helps (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["Not Found"]},
        "status": {"type": "integer", "examples": [404]},
        "detail": {"type": "string", "examples": ["There is no customer 7. Search with GET /customers?q=…"]},
        "running": {"type": "string", "description": "Of 409: the run that holds the warehouse."},
        "errors": {
            "type": "array",
            "description": "Of 422: every value that does not fit.",
            "items": {
                "type": "object",
                "properties": {"place": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
    },
}
ABOUT = """Segments, customers, what is foretold of them, and runs.

Every answer about published data is made from one run; its ETag names it, Data-Through is the newest day with
an order that it knows, and a request with `If-None-Match` is answered 304 until another run is live. Money is text
with its decimals. Errors are problem documents (RFC 9457)."""


def describe(app: FastAPI) -> None:
    """Makes the app's document; it is worked out once, when somebody asks for it."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title="Regulars", version=__version__, description=ABOUT, routes=app.routes)
            app.openapi_schema = _with_problems(made)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status >= "400":
                    response["content"] = content
    return document
