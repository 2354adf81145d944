"""GET /visualization: the charts of the published build, as images and as pages."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from regulars.serve import charts
from regulars.serve.api.answers import PUBLISHED, Answers, Viewer
from regulars.serve.api.published import kept_headers, published, queries_on
from regulars.serve.api.security import csp_nonce, page_policy
from regulars.serve.api.slow_work import takes_long
from regulars.serve.api.state import state_of

router = APIRouter(prefix="/visualization", tags=["Charts"])
PlotType = Annotated[
    Literal["frequency_monetary", "recency_frequency", "recency_monetary"],
    Query(description="Which two numbers of the customers are drawn against each other."),
]
ThemeName = Annotated[Literal["light", "dark"], Query(description="Colours.")]
_PNG: Answers = {200: {**PUBLISHED[200], "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}}
_PAGE: Answers = {200: {"description": "A page with everything in it; it loads nothing.", "content": {"text/html": {}}}}
# How the scripts begin that plotly puts into the page.
_SCRIPT = "<script>"


@router.get("/plot", response_class=Response, responses={**PUBLISHED, **_PNG}, summary="A chart as an image")
@takes_long
def plot(
    request: Request, principal: Viewer, plot_type: PlotType = "frequency_monetary", theme: ThemeName = "light"
) -> Response:
    """A PNG with its title; of a large base a sample is drawn, and the chart says how large it is."""
    headers = Response()
    with published(request, headers, principal) as reading:
        queries = queries_on(request, reading)
        image: bytes = state_of(request).charts.made(
            (reading.run_id, plot_type, theme), lambda: charts.png(queries, plot_type, theme=theme)
        )
    return Response(image, media_type="image/png", headers=kept_headers(headers))


@router.get("/interactive", response_class=HTMLResponse, responses={**_PAGE}, summary="A chart to point at")
@takes_long
def interactive(
    request: Request, principal: Viewer, plot_type: PlotType = "frequency_monetary", theme: ThemeName = "light"
) -> Response:
    """The same by Plotly, with the numbers under the pointer."""
    return _page(request, plot_type, theme)


@router.get("/3d", response_class=HTMLResponse, responses={**_PAGE}, summary="The clusters in space")
@takes_long
def three_dimensions(request: Request, principal: Viewer, theme: ThemeName = "light") -> Response:
    """Each customer at their place along the axes of GET /clusters."""
    return _page(request, "clusters_3d", theme)


def _page(request: Request, plot_type: str, theme: str) -> Response:
    with state_of(request).pool.lease() as reading:
        queries = queries_on(request, reading)
        page: str = state_of(request).charts.made(
            (reading.run_id, plot_type, theme, "page"), lambda: charts.interactive(queries, plot_type, theme=theme)
        )
    nonce = csp_nonce(request)
    # The nonce is of this request alone, so that the page is never kept with another's.
    headers = {"Content-Security-Policy": page_policy(nonce, evaluates=True), "Cache-Control": "no-store"}
    return HTMLResponse(page.replace(_SCRIPT, f'{_SCRIPT[:-1]} nonce="{nonce}">'), headers=headers)
