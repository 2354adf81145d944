"""What later runs are compared with, kept when a run is published: what its news were like, and what was allowed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Engine, Session

# Runs whose profiles are kept: enough for any setting of baseline_runs that makes sense.
_RUNS_KEPT = 400


@dataclass(frozen=True)
class Baselines:
    """Of the build that is about to go live: its news in counts, and the checks whose findings were allowed."""

    profile: pa.Table
    allowed: tuple[str, ...]
    as_of: dt.date | None
    news_from: dt.date | None
    last_load_id: int
    compared_load_id: int | None


def read_baselines(build: Session) -> Baselines | None:
    """Reads from a build what is to be kept of it; None from one that measured nothing."""
    if not build.columns(marts.NEWS_TRAITS) or not build.columns(catalog.CHECKS.name):
        return None
    allowed = build.query(f"select check_name from {catalog.CHECKS.name} where status = 'allowed'").column(0)
    [state] = build.query(
        "select parameters.as_of, quality.published_before, quality.published_load_id,"
        f" (select max(load_id) from {catalog.LOADS.name}) as load_id"
        f" from {marts.RUN_PARAMETERS} as parameters left join {catalog.QUALITY.name} as quality on 1 = 1"
    ).to_pylist()
    profile = build.query(f"select source, trait, slice, row_count from {marts.NEWS_TRAITS}")
    return Baselines(
        profile,
        tuple(allowed.to_pylist()),
        state["as_of"],
        state["published_before"],
        int(state["load_id"] or 0),
        state["published_load_id"],
    )


def keep_baselines(engine: Engine, run_id: str, found: Baselines | None) -> None:
    """Keeps it on the durable side, in the place of what a run kept that stopped while it published.

    A finding that was allowed is the new normal: its check has its baseline from this run on.
    """
    if found is None:
        return
    profiles, restarts = catalog.RUN_PROFILES.name, catalog.CHECK_RESTARTS.name
    # Whoever kept what is newer than what is live never went live: the same news are counted again now.
    live_load_id = found.compared_load_id if engine.has_live() else -1
    with engine.durable() as durable, durable.transaction():
        durable.execute(f"delete from {profiles} where run_id = $1", (run_id,))
        if live_load_id is not None:
            durable.execute(f"delete from {profiles} where last_load_id > $1", (live_load_id,))
        number = int(durable.query(f"select coalesce(max(number), 0) + 1 as n from {profiles}").column(0)[0].as_py())
        durable.execute(f"delete from {profiles} where number <= $1", (number - _RUNS_KEPT,))
        columns = {
            "run_id": (run_id, pa.string()),
            "number": (number, pa.int64()),
            "as_of": (found.as_of, pa.date32()),
            "last_load_id": (found.last_load_id, pa.int64()),
        }
        rows = found.profile
        for name, (value, kind) in columns.items():
            rows = rows.append_column(name, pa.array([value] * rows.num_rows, kind))
        if rows.num_rows:
            durable.append(profiles, rows.select(catalog.RUN_PROFILES.column_names))
        for name in found.allowed:
            durable.execute(f"delete from {restarts} where check_name = $1", (name,))
            durable.execute(
                f"insert into {restarts} (check_name, run_id, since_run, since_day) values ($1, $2, $3, $4)",
                (name, run_id, number, found.news_from),
            )
