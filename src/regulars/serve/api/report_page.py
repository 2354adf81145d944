"""GET /report: the page for people who decide, as `regulars report` writes it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from regulars.serve.api.answers import PUBLISHED, Viewer
from regulars.serve.api.problems import Problem
from regulars.serve.api.published import kept_headers, published, queries_on
from regulars.serve.api.slow_work import takes_long
from regulars.serve.api.state import state_of
from regulars.serve.masking import SEES_PEOPLE
from regulars.serve.report import report

router = APIRouter(tags=["Charts"])
_PAGE: Any = {200: {**PUBLISHED[200], "content": {"text/html": {"schema": {"type": "string"}}}}}


@router.get("/report", response_class=HTMLResponse, responses={**PUBLISHED, **_PAGE}, summary="The report as a page")
@takes_long
def show_report(
    request: Request,
    principal: Viewer,
    with_names: Annotated[bool, Query(description="Name the customers at risk; a viewer may not.")] = False,
) -> Response:
    """Key figures, segments, movement, risk, retention and forecast; it loads nothing and prints well."""
    if with_names and principal.role < SEES_PEOPLE:
        raise Problem(403, f"A {principal.role.name} gets the report without names. Leave with_names out.")
    state, headers = state_of(request), Response()
    with published(request, headers, principal) as reading:
        queries = queries_on(request, reading)
        page: str = state.charts.made(
            (reading.run_id, "report", with_names),
            lambda: report(queries, shop=state.settings.shop.name, with_names=with_names),
        )
    return HTMLResponse(page, headers=kept_headers(headers))
