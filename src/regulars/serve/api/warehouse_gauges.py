"""The state of a warehouse as gauges: runs and their stages, what is published, how fresh it is, and what failed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

import pyarrow.compute as pc
from prometheus_client.core import GaugeMetricFamily

from regulars import __version__, catalog, marts
from regulars.engines.alert_records import AlertRecords
from regulars.engines.base import Session
from regulars.engines.journal import ledger_time
from regulars.errors import RegularsError
from regulars.serve import run_records
from regulars.serve.api.state import ServerState

Value: TypeAlias = tuple[tuple[str, ...], float | None]
_NAMED_RUNS = ("done", "failed", "interrupted", "running")


class WarehouseGauges:
    """What Prometheus collects of a warehouse; what cannot be read now is left out."""

    def __init__(self, state: ServerState) -> None:
        self._state = state

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        yield _family("regulars_info", "The version that serves.", [((__version__,), 1)], ("version",))
        try:
            found = [*self._of_runs(), *self._of_stages(), *self._of_alerts(), *self._of_publication()]
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
        about = "Runs that failed or were broken off since the last one that was done."
        yield _family("regulars_run_failures_since_done", about, [((), runs.failures)])
        if runs.last_done is None:
            return
        yield _family("regulars_run_seconds", "Seconds of the last run done.", [((), runs.last_seconds)])
        stages = engine.journal.stages_table(runs.last_done).sort_by("position").to_pylist()
        took = [((row["stage"],), row["seconds"]) for row in stages if row["seconds"] is not None]
        yield _family("regulars_run_stage_seconds", "Seconds of each stage of the last run done.", took, ("stage",))

    def _of_stages(self) -> Iterator[GaugeMetricFamily]:
        stages = self._state.engine.journal.stages_table()
        failed = Counter(stages.filter(pc.equal(stages["status"], "failed"))["stage"].to_pylist())
        counted = [((stage,), n) for stage, n in sorted(failed.items())]
        yield _family("regulars_run_stage_failures", "Failures of each stage in the journal.", counted, ("stage",))

    def _of_alerts(self) -> Iterator[GaugeMetricFamily]:
        alerts = AlertRecords(self._state.engine.journal).all()
        still = Counter(alert.level for alert in alerts if alert.is_open)
        counted = [((level,), still.get(level, 0)) for level in ("failure", "warning")]
        yield _family("regulars_alerts_open", "Causes of alerts that are not over.", counted, ("level",))
        waiting = sum(alert.told_at is None for alert in alerts)
        yield _family("regulars_alerts_waiting", "Alerts that nobody could be told yet.", [((), waiting)])

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
        yield from _of_sources(facts)


def _of_sources(facts: _Facts) -> Iterator[GaugeMetricFamily]:
    now = ledger_time()
    about = "When the newest load of a source that is live was landed."
    landed = [((source,), _seconds(moment)) for source, moment in facts.landed]
    yield _family("regulars_source_landed_timestamp_seconds", about, landed, ("source",))
    ages, limits, statuses = list[Value](), list[Value](), list[Value]()
    for row in facts.freshness:
        source = row["source"]
        statuses.append(((source, row["status"]), 1))
        if row["age_hours"] is not None:
            since = (now - row["measured_at"]).total_seconds()
            ages.append(((source,), row["age_hours"] * 3600 + max(since, 0)))
        limits += [
            ((source, level), row[f"{level}_after_hours"] * 3600)
            for level in ("warn", "error")
            if row[f"{level}_after_hours"] is not None
        ]
    about = "How old what a source says is now: its age when it was measured, and the time since."
    yield _family("regulars_source_age_seconds", about, ages, ("source",))
    yield _family("regulars_source_age_limit_seconds", "How old it may be.", limits, ("source", "level"))
    about = "What the live run found of each source's age."
    yield _family("regulars_source_freshness", about, statuses, ("source", "status"))


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

        sql = (
            f"select source, max(finished_at) as landed_at from {catalog.LOADS.name}"
            " where status in ('landed', 'mapped') and finished_at is not null group by source order by source"
        )
        self.landed: list[tuple[str, dt.datetime]] = [
            (row["source"], row["landed_at"]) for row in live.query(sql).to_pylist()
        ]
        # A state of an older version was not measured.
        is_measured = bool(live.columns(catalog.FRESHNESS.name))
        columns = "source, status, measured_at, age_hours, warn_after_hours, error_after_hours"
        sql = f"select {columns} from {catalog.FRESHNESS.name} order by source"
        self.freshness: list[dict[str, Any]] = live.query(sql).to_pylist() if is_measured else []


def _labelled(found: Any) -> list[tuple[tuple[str, ...], float]]:
    """Rows whose last column is the value and whose others are labels."""
    columns = found.to_pydict().values()
    return [(tuple(map(str, labels)), value) for *labels, value in zip(*columns, strict=True)]


def _family(name: str, about: str, values: Iterable[Value], labels: Sequence[str] = ()) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for of, value in values:
        if value is not None:
            family.add_metric(of, float(value))
    return family


def _seconds(moment: dt.datetime) -> float:
    return moment.replace(tzinfo=dt.UTC).timestamp()
