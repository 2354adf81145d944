"""GET /segments, as published or as of any day, and the customers of one."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, create_model

from regulars import marts
from regulars.engines.base import Session
from regulars.engines.live_pool import Reading
from regulars.serve import time_machine
from regulars.serve.api.answers import NOT_FOUND, PUBLISHED, TEXT, Viewer, as_json, to_json
from regulars.serve.api.customer_filters import CustomerList, OfSegment
from regulars.serve.api.paging import paged
from regulars.serve.api.problems import Problem
from regulars.serve.api.published import published
from regulars.serve.api.refusals import not_found
from regulars.serve.api.rows import list_model, page_model, row_model
from regulars.serve.api.slow_work import limit_of
from regulars.serve.api.state import ServerState, state_of
from regulars.serve.auth import Principal, masked
from regulars.serve.basis import read_basis
from regulars.serve.pages import Condition, Page, read_page

router = APIRouter(prefix="/segments", tags=["Segments"])
CustomerRow = row_model("CustomerRow", "customer_360")
CustomerPage = page_model("CustomerPage", CustomerRow)
SegmentName = Annotated[
    str, Path(min_length=1, max_length=100, pattern=TEXT, description="Name of a segment.", examples=["Champions"])
]
SegmentList = create_model(
    "SegmentList",
    __base__=list_model("Segments", row_model("SegmentRow", "segment_metrics")),
    as_of=(str | None, Field(description="The start of this day is now.", examples=["2026-01-01"])),
    window_days=(int, Field(examples=[365])),
    segment_map=(str, Field(examples=["eleven"])),
    currency=(str, Field(examples=["GBP"])),
    customers=(int, Field(examples=[2000])),
    orders=(int, Field(examples=[9000])),
    data_through=(str | None, Field(description="The newest day with a valid order.", examples=["2025-12-31"])),
)


@router.get("", response_model=SegmentList, responses=PUBLISHED, summary="The segments")
async def list_segments(
    request: Request,
    response: Response,
    principal: Viewer,
    calc_date: Annotated[
        dt.date | None, Query(description="As of this day, worked out from the orders; unset = as published.")
    ] = None,
) -> Response:
    """Customers, revenue and what to do, in the map's order. A past day takes some seconds when first asked for."""
    if calc_date is None:
        return await run_sync(_published_list, request, response, principal)
    return await run_sync(_past_list, request, response, principal, calc_date, limiter=limit_of(request))


@router.get(
    "/{segment}/customers",
    response_model=CustomerPage,
    responses={**PUBLISHED, **NOT_FOUND},
    summary="The customers of a segment",
)
def customers(
    request: Request, response: Response, principal: Viewer, segment: SegmentName, asked: OfSegment
) -> Response:
    """Page by page, filtered and sorted."""
    with published(request, response, principal) as reading:
        found = members(reading.session, segment, asked)
        rows = seen_by(found.rows, principal)
        return as_json(paged(request, reading.run_id, found, rows, asked.page, asked.page_size), response)


def seen_by(rows: Any, principal: Principal) -> list[dict[str, Any]]:
    """Rows of customers as this principal may see them."""
    seen: list[dict[str, Any]] = masked(rows, principal).to_pylist()
    return seen


def members(live: Session, segment: str, asked: CustomerList) -> Page:
    """A page of the customers of a segment, counted by what is published of it where nothing else is asked.

    Raises:
        Problem: 404 when there is no such segment, with the names of those that there are.
    """
    customers = _customers_of(live, segment)
    further = asked.conditions()
    conditions = [Condition("segment", "=", segment), *further]
    return read_page(
        live,
        marts.CUSTOMER_360,
        "customer_id",
        conditions,
        asked.order(),
        asked.page,
        asked.page_size,
        total=None if further else customers,
    )


def refuse_unknown(live: Session, segment: str) -> None:
    """Ends in 404 when there is no such segment.

    Raises:
        Problem: 404, with the names of those that there are.
    """
    _customers_of(live, segment)


def _customers_of(live: Session, segment: str) -> int:
    rows = live.query(f"select segment, customers from {marts.SEGMENT_METRICS} order by position").to_pylist()
    known = {str(row["segment"]): int(row["customers"]) for row in rows}
    if segment not in known:
        raise not_found(f"There is no such segment. GET /segments lists them: {', '.join(known)}.")
    return known[segment]


def _published_list(request: Request, response: Response, principal: Principal) -> Response:
    with published(request, response, principal) as reading:
        # All orders are counted for it, so it is read once for each publication.
        content: bytes = state_of(request).segments.made(reading.run_id, lambda: _as_published(reading))
        return as_json(content, response)


def _as_published(reading: Reading) -> bytes:
    rows = reading.session.query(f"select * from {marts.SEGMENT_METRICS} order by position").to_pylist()
    return to_json({**vars(read_basis(reading.session)), "run_id": reading.run_id, "items": rows})


def _past_list(request: Request, response: Response, principal: Principal, day: dt.date) -> Response:
    with published(request, response, principal) as reading:
        run_id = reading.run_id
    # The readers are for short questions; the day is worked out from files or connections of its own.
    state = state_of(request)
    content: bytes = state.past_days.made((run_id, day), lambda: _as_of(state, run_id, day))
    return as_json(content, response)


def _as_of(state: ServerState, run_id: str, day: dt.date) -> bytes:
    with state.scoring.turn():
        basis, rows = time_machine.segments_as_of(state.engine, day)
    with state.pool.lease() as reading:
        if reading.run_id != run_id:
            raise Problem(503, "Another run was published meanwhile. Ask again.", {"Retry-After": "1"})
    return to_json({**vars(basis), "run_id": run_id, "items": rows.to_pylist()})
