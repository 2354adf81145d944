"""/pipeline: runs are started, listed and followed while they go on."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from regulars.engines.base import Engine
from regulars.errors import InputError, LockedError
from regulars.serve import run_records
from regulars.serve.api.answers import NOT_FOUND, Operator, Viewer
from regulars.serve.api.moments import UtcMoment
from regulars.serve.api.problems import Problem
from regulars.serve.api.refusals import not_found
from regulars.serve.api.slow_work import takes_long
from regulars.serve.api.state import state_of
from regulars.serve.auth import Principal
from regulars.serve.masking import masked_rows

router = APIRouter(prefix="/pipeline", tags=["Runs"])
_LOOK_SECONDS = 0.5
_HEARTBEAT_SECONDS = 15.0
_RUN_ID = r"^[0-9A-Za-z-]{1,40}$"
_EXAMPLE = "20260101T040000-a1b2"


class Asked(BaseModel):
    """What a run is to do differently from the settings; all may be left away."""

    model_config = ConfigDict(extra="forbid")
    calc_date: dt.date | None = Field(
        None,
        description="The start of this day is now; unset = as the settings say, or the day after the newest order.",
        examples=["2026-01-01"],
    )
    window_days: int | None = Field(
        None, ge=1, le=36500, description="Days that orders and spend are counted over.", examples=[365]
    )
    k: int | Literal["auto"] | None = Field(None, description="Number of clusters, or auto.", examples=["auto"])
    allow: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        [],
        max_length=100,
        description="Checks whose findings do not stop this run; drift, landing and freshness are all of a kind.",
        examples=[["volume_of_orders_is_as_before"]],
    )


class Started(BaseModel):
    """A run that began."""

    run_id: str = Field(examples=[_EXAMPLE])
    run: str = Field(description="Where its state is.", examples=[f"/pipeline/runs/{_EXAMPLE}"])
    events: str = Field(description="Where its progress is sent.", examples=[f"/pipeline/runs/{_EXAMPLE}/events"])


class RunState(BaseModel):
    """A run as the journal has it."""

    run_id: str = Field(examples=[_EXAMPLE])
    command: str = Field(description="What was asked for.", examples=["run"])
    status: Literal["running", "done", "failed", "interrupted"] = Field(examples=["done"])
    started_at: UtcMoment = Field(examples=["2026-01-01T04:00:00Z"])
    finished_at: UtcMoment | None = Field(examples=["2026-01-01T04:05:00Z"])
    error: str | None = Field(description="Why it failed, and what helps.", examples=[None])


class StageState(BaseModel):
    """A stage of a run."""

    stage: str = Field(examples=["land"])
    status: Literal["running", "done", "failed", "interrupted"] = Field(examples=["done"])
    started_at: UtcMoment = Field(examples=["2026-01-01T04:00:00Z"])
    finished_at: UtcMoment | None = Field(examples=["2026-01-01T04:00:04Z"])
    seconds: float | None = Field(examples=[4.2])
    progress: str | None = Field(description="How far it is, while it goes on.", examples=["12 of 40 models"])
    summary: str | None = Field(description="What it did.", examples=["2 files, 4,211 rows"])


class RunWithStages(RunState):
    """A run with its stages, in their order."""

    stages: list[StageState]


class RunList(BaseModel):
    """The newest runs, newest first."""

    items: list[RunState]


@router.post(
    "/run",
    status_code=202,
    response_model=Started,
    responses={
        202: {"headers": {"Location": {"description": "Where the run's state is.", "schema": {"type": "string"}}}},
        409: {"description": "Another run holds the warehouse; `running` is its id."},
    },
    summary="Start a run",
)
@takes_long
def start(request: Request, response: Response, principal: Operator, asked: Asked | None = None) -> Started:
    """The run is a process of its own, and goes on when the server stops. One runs at a time."""
    state, asked = state_of(request), asked or Asked()
    try:
        run_id = state.runs.start(asked.calc_date, asked.window_days, asked.k, asked.allow)
    except LockedError as error:
        running = state.engine.journal.running()
        members = {"running": running.run_id} if running else {}
        raise Problem(409, str(error), None, **members) from None
    response.headers["Location"] = f"/pipeline/runs/{run_id}"
    response.headers["Cache-Control"] = "no-store"
    return Started(run_id=run_id, run=f"/pipeline/runs/{run_id}", events=f"/pipeline/runs/{run_id}/events")


@router.get("/runs", response_model=RunList, summary="The newest runs")
def list_runs(
    request: Request,
    response: Response,
    principal: Viewer,
    limit: Annotated[int, Query(ge=1, le=500, description="How many.")] = 50,
) -> dict[str, Any]:
    """Newest first."""
    response.headers["Cache-Control"] = "no-store"
    return {"items": masked_rows(run_records.runs(state_of(request).engine, limit), principal)}


RunId = Annotated[str, Path(pattern=_RUN_ID, examples=[_EXAMPLE])]


@router.get("/runs/{run_id}", response_model=RunWithStages, responses=NOT_FOUND, summary="One run with its stages")
def one_run(request: Request, response: Response, principal: Viewer, run_id: RunId) -> dict[str, Any]:
    """Its state now."""
    response.headers["Cache-Control"] = "no-store"
    return _seen(_found(state_of(request).engine, run_id), principal)


@router.get(
    "/runs/{run_id}/events",
    response_class=StreamingResponse,
    responses={**NOT_FOUND, 200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}}},
    summary="The progress of a run, as server-sent events",
)
async def events(request: Request, principal: Viewer, run_id: RunId) -> StreamingResponse:
    """First how things stand, then what changes: `stage` and `run` events with JSON, and `end` as the last one.

    Who reconnects is told anew how things stand.
    """
    engine = state_of(request).engine
    found = await run_sync(_found, engine, run_id)
    return StreamingResponse(
        _events(engine, run_id, found, principal),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(engine: Engine, run_id: str, found: dict[str, Any], principal: Principal) -> AsyncIterator[str]:
    changes, said = run_records.Changes(), time.monotonic()
    while True:
        for name, content in changes.since_last(_seen(found, principal)):
            said = time.monotonic()
            yield f"event: {name}\ndata: {json.dumps(content, default=_plain, ensure_ascii=False)}\n\n"
        if run_records.has_ended(found):
            return
        if time.monotonic() - said >= _HEARTBEAT_SECONDS:
            said = time.monotonic()
            yield ": still running\n\n"
        await anyio.sleep(_LOOK_SECONDS)
        try:
            found = await run_sync(run_records.run, engine, run_id)
        except InputError:
            # A run that came to nothing is taken out of the journal.
            return


def _found(engine: Engine, run_id: str) -> dict[str, Any]:
    try:
        return run_records.run(engine, run_id)
    except InputError as error:
        raise not_found(str(error)) from None


def _seen(found: dict[str, Any], principal: Principal) -> dict[str, Any]:
    """What a run says of itself may quote a row that it stumbled over."""
    return masked_rows([found], principal)[0]


def _plain(value: Any) -> str:
    return f"{value.isoformat()}Z" if isinstance(value, dt.datetime) else str(value)
