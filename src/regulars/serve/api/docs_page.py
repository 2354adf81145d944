"""GET /docs: the OpenAPI document as a page to read, without a script and without a server elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

router = APIRouter(include_in_schema=False)
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
code { background: #f2f2f2; padding: .1rem .3rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; }
h2 { margin-top: 2.5rem; border-bottom: 2px solid; }
h3 { margin-top: 2rem; }
"""
_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@router.get("/docs")
def page(request: Request) -> Response:
    """Every endpoint with its parameters and answers."""
    return HTMLResponse("".join(_page(request.app.openapi())), headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/style.css")
def style() -> Response:
    """How the page looks."""
    return Response(_STYLE, media_type="text/css")


def _page(document: dict[str, Any]) -> Iterator[str]:
    title = f"{document['info']['title']} {document['info']['version']}"
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    yield '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs/style.css"></head>'
    yield f"<body><main><h1>{escape(title)}</h1><p>{escape(document['info']['description'])}</p>"
    yield '<p>The same for programs: <a href="/openapi.json">openapi.json</a> '
    yield 'The tables: <a href="/docs/data">their columns and lineage</a></p>'
    section = ""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            [tag, *_] = operation.get("tags", ["Other"])
            if tag != section:
                section = tag
                yield f"<h2>{escape(tag)}</h2>"
            yield from _operation(method.upper(), path, operation)
    yield "</main></body></html>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h3><code>{escape(method)} {escape(path)}</code></h3><p><strong>{escape(operation['summary'])}.</strong> "
    yield f"{escape(operation.get('description', ''))}</p>"
    if parameters := operation.get("parameters"):
        yield "<table><thead><tr><th>parameter<th>in<th>meaning</tr></thead><tbody>"
        for each in parameters:
            yield f"<tr><td><code>{escape(each['name'])}</code><td>{escape(each['in'])}"
            yield f"<td>{escape(each.get('description', ''))}</tr>"
        yield "</tbody></table>"
    if body := operation.get("requestBody"):
        names = [_name(content.get("schema", {})) for content in body["content"].values()]
        yield f"<p>Body: {escape(', '.join(names))}</p>"
    yield "<table><thead><tr><th>answer<th>meaning</tr></thead><tbody>"
    for status, response in operation["responses"].items():
        yield f"<tr><td>{escape(status)}<td>{escape(response.get('description', ''))}</tr>"
    yield "</tbody></table>"


def _name(schema: dict[str, Any]) -> str:
    found = [schema, *schema.get("anyOf", [])]
    return next((each["$ref"].rpartition("/")[2] for each in found if "$ref" in each), "JSON")
