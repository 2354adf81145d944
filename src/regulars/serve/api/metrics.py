"""GET /metrics: the state of the warehouse and of the server, in the text of Prometheus. Nothing of a person."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from regulars.serve.api.answers import Viewer
from regulars.serve.api.state import state_of
from regulars.serve.api.warehouse_gauges import WarehouseGauges

router = APIRouter(tags=["Server"])
_TEXT: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus text.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}


@router.get("/metrics", response_class=Response, responses=_TEXT, summary="Runs, freshness, requests for Prometheus")
def metrics(request: Request, principal: Viewer) -> Response:
    """Runs by status, seconds of the stages, rows, freshness, failed checks, requests and how soon they were answered.

    It answers while the warehouse does not: `regulars_warehouse_up` is 0 then.
    """
    counts = generate_latest(request.app.state.requests.registry)
    gauges = generate_latest(WarehouseGauges(state_of(request)))
    return Response(gauges + counts, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})
