"""The state of a warehouse as gauges: runs and their stages, what is published, how fresh it is, and what failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from prometheus_client.core import GaugeMetricFamily

from regulars import __version__, catalog, marts
from regulars.engines.base import Session
from regulars.engines.journal import ledger_time
from regulars.errors import RegularsError
from regulars.serve import run_records
from regulars.serve.api.state import ServerState

_NAMED_RUNS = ("done", "failed", "interrupted", "running")


class WarehouseGauges:
    """What Prometheus collects of a warehouse; what cannot be read now is left out."""

    def __init__(self, state: ServerState) -> None:
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        yield _family("regulars_info", "The version that serves.", [((__version__,), 1)], ("version",))
        try:
            found = [*self._of_runs(), *self._of_publication()]
            is_up = 1
        except RegularsError:
            found, is_up = [], 0
        yield _family("regulars_warehouse_up", "Whether the warehouse answers.", [((), is_up)])
        yield from found

    def _of_runs(self) -> Iterator[GaugeMetricFamily]:
        engine = self._state.engine
        runs = run_records.tally(engine)
        counted = [((status,), runs.by_status.get(status, 0)) for status in _NAMED_RUNS]
        yield _family("regulars_runs", "Runs in the journal, by status.", counted, ("status",))
        ended = [((status,), _seconds(moment)) for status, moment in sorted(runs.last_ended.items())]
        yield _family("regulars_run_ended_timestamp_seconds", "When the last one ended.", ended, ("status",))
        if runs.last_done is None:
            return
        stages = engine.journal.stages_table(runs.last_done).sort_by("position").to_pylist()
        took = [((row["stage"],), row["seconds"]) for row in stages if row["seconds"] is not None]
        yield _family("regulars_run_stage_seconds", "Seconds of each stage of the last run done.", took, ("stage",))

    def _of_publication(self) -> Iterator[GaugeMetricFamily]:
        if not self._state.engine.has_live():
            return
        with self._state.pool.lease() as reading:
            facts: _Facts = self._state.gauges.made(reading.run_id, lambda: _Facts(reading.session, reading.run_id))
        published = [((reading.run_id, facts.as_of), 1)]
        yield _family("regulars_published_info", "The live run, and as of when.", published, ("run_id", "as_of"))
        if facts.through is not None:
            age = (ledger_time() - facts.through).total_seconds()
            about = "The end of the newest day with an order, by the shop's clock as if it were UTC."
            yield _family("regulars_data_through_timestamp_seconds", about, [((), _seconds(facts.through))])
            yield _family("regulars_data_age_seconds", "Seconds since then.", [((), age)])
        yield _family("regulars_table_rows", "Rows of the tables.", facts.rows, ("schema", "table"))
        yield _family("regulars_checks", "Checks of the live run.", facts.checks, ("severity", "status"))
        yield _family("regulars_loaded_rows", "Rows of all loads.", facts.loads, ("source", "outcome"))


class _Facts:
    """What does not change until another run is published."""

    def __init__(self, live: Session, run_id: str) -> None:
        [state] = live.query(f"select cast(as_of as varchar) as as_of from {marts.RUN_PARAMETERS}").to_pylist()
        self.as_of: str = state["as_of"] or ""
        # Of the days with sales, which are served also where the orders are not.
        sql = f"select max(date) as day from {marts.DAILY_SALES} where orders + orders_without_customer > 0"
        [newest] = live.query(sql).column("day").to_pylist()
        self.through = newest and dt.datetime.combine(newest, dt.time()) + dt.timedelta(days=1)
        # A table may be counted in the durable part of a warehouse and in the build; a series must be there once.
        self.rows = _labelled(
            live.query(
                "select schema_name, table_name, max(rows) as rows from ops.row_counts"
                " where schema_name in ('raw', 'staging', 'identity', 'marts', 'learned')"
                " group by schema_name, table_name order by schema_name, table_name"
            )
        )
        self.checks = _labelled(
            live.query(
                f"select severity, status, count(*) as n from {catalog.CHECKS.name} where run_id = $1"
                " group by severity, status order by severity, status",
                (run_id,),
            )
        )
        self.loads = [
            ((row["source"], outcome), row[outcome])
            for row in live.query(
                "select source, cast(sum(staged) as bigint) as staged, cast(sum(rejected) as bigint) as rejected,"
                f" cast(sum(duplicates) as bigint) as duplicates from {catalog.LOADS.name}"
                " where status = 'landed' group by source order by source"
            ).to_pylist()
            for outcome in ("staged", "rejected", "duplicates")
        ]


def _labelled(found: Any) -> list[tuple[tuple[str, ...], float]]:
    """Rows whose last column is the value and whose others are labels."""
    columns = found.to_pydict().values()
    return [(tuple(map(str, labels)), value) for *labels, value in zip(*columns, strict=True)]


def _family(
    name: str, about: str, values: Iterable[tuple[tuple[str, ...], float | None]], labels: Sequence[str] = ()
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for of, value in values:
        if value is not None:
            family.add_metric(of, float(value))
    return family


def _seconds(moment: dt.datetime) -> float:
    return moment.replace(tzinfo=dt.UTC).timestamp()
