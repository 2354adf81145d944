"""GET /health: whether the server answers, and what is live."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from regulars import __version__
from regulars.errors import WarehouseError
from regulars.serve.api.state import state_of
from regulars.serve.basis import read_state

router = APIRouter(tags=["Server"])


class Health(BaseModel):
    """What a probe wants to know; no key is needed, and nothing of the shop is told but how old its data are."""

    status: Literal["ok", "empty"] = Field(description="empty = nothing is published yet.", examples=["ok"])
    version: str = Field(examples=["0.1.0"])
    run_id: str | None = Field(description="The run that is live.", examples=["20260101T040000-a1b2"])
    as_of: str | None = Field(None, description="The day whose start is now for all numbers.", examples=["2026-01-01"])
    data_through: str | None = Field(
        None, description="The newest day with a valid order in what is live.", examples=["2025-12-31"]
    )


@router.get("/health", summary="Whether the server answers, and which run is live")
def health(request: Request, response: Response) -> Health:
    """503 when the warehouse does not answer."""
    response.headers["Cache-Control"] = "no-store"
    pool, engine = state_of(request).pool, state_of(request).engine
    try:
        with pool.lease() as reading:
            as_of, through = read_state(reading.session)
            return Health(status="ok", version=__version__, run_id=reading.run_id, as_of=as_of, data_through=through)
    except WarehouseError:
        if engine.has_live():
            raise
    return Health(status="empty", version=__version__, run_id=None)
