"""GET /docs/data: dbt's documentation of every table with its lineage, and nothing of it from elsewhere."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from regulars import __version__
from regulars.dbt_docs import docs_application, project_document
from regulars.serve.api.answers import Viewer
from regulars.serve.api.slow_work import takes_long
from regulars.serve.api.state import state_of
from regulars.serve.warehouse_docs import catalog_document

router = APIRouter(include_in_schema=False)
# Where the page's other files lie, as seen from it.
_FOLDER = "data"


@router.get("/docs/data")
@takes_long
def page(request: Request, principal: Viewer) -> Response:
    """The page; it asks for the other three."""
    return HTMLResponse(docs_application(_FOLDER).page)


@router.get("/docs/data/app.js")
@takes_long
def script(request: Request, principal: Viewer) -> Response:
    """Its script."""
    tag = f'"{__version__}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(docs_application(_FOLDER).script, media_type="text/javascript", headers=headers)


@router.get("/docs/data/manifest.json")
@takes_long
def manifest(request: Request, principal: Viewer) -> Response:
    """The models, sources and tests, and what each is made of. The first answer waits for dbt."""
    return Response(_project(request), media_type="application/json")


@router.get("/docs/data/catalog.json")
@takes_long
def catalog(request: Request, principal: Viewer) -> Response:
    """The columns and rows of what is live."""
    state = state_of(request)
    project, suffix = json.loads(_project(request)), state.engine.dbt_environment().get("REGULARS_SCHEMA_SUFFIX", "")
    if not state.engine.has_live():
        return Response(json.dumps(catalog_document(project, None)), media_type="application/json")
    with state.pool.lease() as reading:
        found: str = state.charts.made(
            (reading.run_id, "catalog of data"),
            lambda: json.dumps(catalog_document(project, reading.session, suffix)),
        )
    return Response(found, media_type="application/json")


def _project(request: Request) -> str:
    state = state_of(request)
    found: str = state.charts.made(("project of data",), lambda: json.dumps(project_document(state.engine)))
    return found
