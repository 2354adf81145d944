"""`status`: one screen on how things stand, the worst first, with what to do next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from rich.markup import escape

from regulars.cli_check import finding_lines, newest_findings, worst_first
from regulars.engines.base import Engine, open_engine
from regulars.engines.check_records import CheckRecord
from regulars.engines.journal import RunRecord, ledger_time
from regulars.engines.processes import is_alive
from regulars.errors import InputError
from regulars.serve.freshness import source_ages
from regulars.serve.queries import Queries
from regulars.settings import Settings
from regulars.terminal import console, print_json, print_table

_FINDINGS_SHOWN = 3
_LOADS = (
    "select load_id as load, source, rows, staged, rejected, duplicates, status from ops.loads order by load_id desc"
)


@dataclass(frozen=True)
class _Standing:
    """The newest run and what is live."""

    engine: Engine
    run: RunRecord
    state: str
    stages: pa.Table
    findings: list[CheckRecord]

    @property
    def failed_in(self) -> str:
        """The stage that the run failed in; empty when it did not."""
        failed = [row["stage"] for row in self.stages.to_pylist() if row["status"] in ("failed", "interrupted")]
        return failed[-1] if failed else ""


def status(settings: Settings, as_json: bool) -> None:
    """What went wrong and what to do; what is live and how old it is; the newest run and what was landed."""
    standing = _standing(open_engine(settings))
    queries = Queries(standing.engine, settings.shop) if standing.engine.has_live() else None
    loads = queries.sql(_LOADS, 20) if queries else None
    ages = source_ages(standing.engine) if queries else []
    if as_json:
        print_json([_for_machines(settings, standing, queries, ages, loads)])
        return
    if settings.environment:
        where = escape(standing.engine.location)
        console.print(f"\nEnvironment [bold]{escape(settings.environment)}[/], warehouse {where}")
    _say_how_it_went(standing)
    _say_what_is_live(queries)
    late = [age for age in ages if age["status"] in ("warn", "error")]
    for age in late:
        colour = "red" if age["status"] == "error" else "yellow"
        console.print(f"[bold {colour}]Late[/]  {escape(str(age['message']))}")
    what = "progress" if standing.state == "running" else "summary"
    print_table(standing.stages, "Stages", columns=("stage", "status", "seconds", what), wide=(what,))
    if loads is not None and loads.num_rows:
        print_table(loads.slice(0, 10), "Newest loads")


def _standing(engine: Engine) -> _Standing:
    latest = engine.journal.latest()
    if latest is None:
        raise InputError(
            f"Nothing was ever run in {engine.location}. Start with `regulars run FILE` or `regulars demo`."
        )
    is_gone = latest.status == "running" and not is_alive(latest.process_id)
    stages = engine.journal.stages_table(latest.run_id)
    stages = stages.sort_by("position").select(["stage", "status", "seconds", "progress", "summary"])
    checked, found = newest_findings(engine)
    findings = worst_first(found) if checked == latest.run_id else []
    return _Standing(engine, latest, "interrupted" if is_gone else latest.status, stages, findings)


def _say_how_it_went(standing: _Standing) -> None:
    run, state = standing.run, standing.state
    colour = {"done": "green", "running": "cyan"}.get(state, "red")
    where = f" while it was to {standing.failed_in}" if standing.failed_in and state == "failed" else ""
    console.print(
        f"\n[bold {colour}]{state.capitalize()}[/]  run {run.run_id} ({escape(run.command)}){where},"
        f" started {run.started_at} UTC{_ago(run.started_at)}"
    )
    stopping = [record for record in standing.findings if record.stops_publishing]
    if stopping:
        console.print(f"  {len(stopping)} check(s) found what stops publishing; what was live before is live still.")
        for record in stopping[:_FINDINGS_SHOWN]:
            for line in finding_lines(record):
                console.print(f"  {line}", soft_wrap=True)
        more = len(stopping) - _FINDINGS_SHOWN
        words = f"the other {more} and what each means" if more > 0 else "what was checked"
        console.print(f"  [bold]Next:[/] do as it says, then `regulars run` again. `regulars check` has {words}.")
    elif run.error:
        console.print(
            f"  {escape(run.error)}\n  [bold]Next:[/] mend that, then `regulars run` again; what was landed is kept.",
            soft_wrap=True,
        )
    elif state == "interrupted":
        console.print("  [bold]Next:[/] `regulars run` again: what was landed is kept, and nothing is done twice.")
    elif warned := [record for record in standing.findings if record.status == "warn"]:
        console.print(f"  {len(warned)} check(s) have something to tell: `regulars check`.")


def _say_what_is_live(queries: Queries | None) -> None:
    if queries is None:
        console.print("[bold yellow]Nothing is live yet.[/] Run `regulars run` until it ends well.")
        return
    basis = queries.basis()
    through = "no valid order yet"
    if basis.as_of:
        through = f"data through {basis.data_through or 'no day'}, as of the start of {basis.as_of}"
    console.print(f"[bold green]Live[/]  {basis.customers:,} customers, {basis.orders:,} valid orders, {through}")


def _for_machines(
    settings: Settings,
    standing: _Standing,
    queries: Queries | None,
    ages: list[dict[str, Any]],
    loads: pa.Table | None,
) -> dict[str, Any]:
    return {
        "environment": settings.environment or None,
        "warehouse": standing.engine.location,
        "run_id": standing.run.run_id,
        "status": standing.state,
        "started_at": standing.run.started_at,
        "error": standing.run.error,
        "findings": [vars(record) for record in standing.findings if record.status != "pass"],
        "live": vars(queries.basis()) if queries else None,
        "freshness": ages,
        "stages": standing.stages.to_pylist(),
        "loads": loads.to_pylist() if loads is not None else [],
    }


def _ago(started_at: str) -> str:
    try:
        hours = (ledger_time() - dt.datetime.fromisoformat(started_at)).total_seconds() / 3600
    except ValueError:
        return ""
    if hours < 1:
        return ""
    return f", {hours:.0f} hours ago" if hours < 72 else f", {hours / 24:.0f} days ago"
