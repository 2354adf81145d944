"""Runs as the journal tells them: their state, their stages, and what changes while they go on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from regulars.engines.base import Engine
from regulars.engines.processes import is_alive
from regulars.errors import InputError

_ENDED = ("done", "failed", "interrupted")
_MOST_COUNTED = 100_000


def runs(engine: Engine, limit: int) -> list[dict[str, Any]]:
    """The newest runs, newest first."""
    return [_told(engine, row) for row in engine.journal.runs_table(limit).to_pylist()]


def run(engine: Engine, run_id: str) -> dict[str, Any]:
    """One run with its stages, in their order.

    Raises:
        InputError: The journal knows no such run.
    """
    for row in engine.journal.runs_table().to_pylist():
        if row["run_id"] == run_id:
            stages = engine.journal.stages_table(run_id).sort_by("position").to_pylist()
            return {**_told(engine, row), "stages": [_without_run(stage) for stage in stages]}
    raise InputError(f"There is no run {run_id}. GET /pipeline/runs lists the runs, newest first.")


@dataclass(frozen=True)
class Tally:
    """How many runs came to what, when the last one of each status ended, the last that was done, and what came since.

    Attributes:
        by_status: Runs.
        last_ended: When the last one ended, in UTC.
        last_done: Its id.
        last_seconds: How long it took.
        failures: Runs that failed or were broken off since then.
    """

    by_status: Mapping[str, int]
    last_ended: Mapping[str, dt.datetime]
    last_done: str | None
    last_seconds: float | None
    failures: int


def tally(engine: Engine) -> Tally:
    """Counts the runs of the journal."""
    by_status: Counter[str] = Counter()
    last_ended: dict[str, dt.datetime] = {}
    last_done, last_seconds, failures = None, None, 0
    for row in engine.journal.runs_table(_MOST_COUNTED).to_pylist():
        status = _told(engine, row)["status"]
        by_status[status] += 1
        if row["finished_at"] is not None and row["finished_at"] > last_ended.get(status, dt.datetime.min):
            last_ended[status] = row["finished_at"]
        if status == "done" and last_done is None:
            last_done = str(row["run_id"])
            if row["finished_at"] is not None:
                last_seconds = (row["finished_at"] - row["started_at"]).total_seconds()
        failures += last_done is None and status in ("failed", "interrupted")
    return Tally(by_status, last_ended, last_done, last_seconds, failures)


def has_ended(found: dict[str, Any]) -> bool:
    """Whether nothing will change any more."""
    return found["status"] in _ENDED


@dataclass
class Changes:
    """What is new between two looks at a run, as pairs of an event's name and its content."""

    _stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    _run: dict[str, Any] | None = None

    def since_last(self, found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The events: `stage` for each stage that changed, then `run` when the run did, at its end named `end`."""
        for stage in found["stages"]:
            if self._stages.get(stage["stage"]) != stage:
                self._stages[stage["stage"]] = stage
                yield "stage", stage
        plain = {name: value for name, value in found.items() if name != "stages"}
        if plain != self._run:
            self._run = plain
            yield ("end" if has_ended(found) else "run"), plain


def _told(engine: Engine, row: dict[str, Any]) -> dict[str, Any]:
    """A run whose process is gone says so, though nobody was left to note it. Of other machines we cannot know."""
    is_here = engine.kind == "duckdb"
    lost = row["status"] == "running" and is_here and not is_alive(row["process_id"])
    told = {name: value for name, value in row.items() if name != "process_id"}
    return {**told, "status": "interrupted" if lost else row["status"]}


def _without_run(stage: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stage.items() if name not in ("run_id", "position")}
