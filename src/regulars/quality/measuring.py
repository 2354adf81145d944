"""What the checks are measured by, as tables of the build: moments, thresholds, and how far the live state knows.

The models and the checks read no clock: when a run measures is written here once, from the ledger.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from regulars import catalog, marts
from regulars.ages import hours
from regulars.engines.base import Engine, Session
from regulars.engines.journal import ledger_time
from regulars.quality_settings import QualitySettings
from regulars.settings import Settings
from regulars.source_settings import SourceSettings

_LANDED = f"""
select
    max(case when status = 'landed' then finished_at end) as landed_at,
    count(case when status = 'mapped' then 1 end) as mapped
from {catalog.LOADS.name} where status in ('landed', 'mapped')
"""


def last_landing(engine: Engine) -> dt.datetime | None:
    """When anything landed last, by the ledger; now, where a table is mapped, which may have changed at any time."""
    with engine.durable() as durable:
        [landed] = durable.query(_LANDED).to_pylist()
    moment: dt.datetime | None = ledger_time() if landed["mapped"] else landed["landed_at"]
    return moment


def write_measures(
    engine: Engine, build: Session, settings: Settings, landed_at: dt.datetime | None, now: dt.datetime | None = None
) -> None:
    """Writes what the checks of this run are measured by.

    Args:
        engine: The warehouse.
        build: The build in flight, its other settings written.
        settings: All settings.
        landed_at: What `last_landing` says; days before that day are whole.
        now: When the run measures, in UTC; unset = now, by the ledger.
    """
    measured_at = now or ledger_time()
    zone = ZoneInfo(settings.shop.timezone)
    complete_before = None if landed_at is None else _local(landed_at, zone).date()
    if settings.rfm.as_of is not None:
        # A past day is measured as it was; who asks for a day to come is told how late the sources are today.
        start = dt.datetime.combine(settings.rfm.as_of, dt.time(), zone).astimezone(dt.UTC).replace(tzinfo=None)
        measured_at = min(measured_at, start)
    known = _published(engine, build) if engine.has_live() and settings.quality.drift != "off" else {}
    values: dict[str, Any] = {
        "measured_at": measured_at,
        "measured_at_shop": _local(measured_at, zone),
        "complete_before": complete_before,
        "evidence": -math.log(settings.quality.false_alarm_odds),
        **known,
    }
    thresholds = settings.quality.model_dump()
    row = {name: [values.get(name, thresholds.get(name))] for name in catalog.QUALITY.column_names}
    build.execute(f"delete from {catalog.QUALITY.name}")
    build.append(catalog.QUALITY.name, pa.table(row, schema=_schema()))
    build.execute(f"delete from {catalog.SOURCE_AGES.name}")
    build.append(catalog.SOURCE_AGES.name, _ages(settings))


def _published(engine: Engine, build: Session) -> dict[str, Any]:
    """How far the live state knows, whose days are copied for the checks to compare with."""
    with engine.live() as live:
        if not live.columns(catalog.QUALITY.name) or not live.columns(marts.ORDER_DAYS):
            return {}
        [state] = live.query(
            f"select least(parameters.as_of, coalesce(quality.complete_before, parameters.as_of)) as published_before,"
            f" (select coalesce(max(load_id), 0) from {catalog.LOADS.name}) as published_load_id"
            f" from {marts.RUN_PARAMETERS} as parameters cross join {catalog.QUALITY.name} as quality"
        ).to_pylist() or [{}]
        columns = ", ".join(catalog.PUBLISHED_ORDER_DAYS.column_names)
        build.execute(f"delete from {catalog.PUBLISHED_ORDER_DAYS.name}")
        build.append(catalog.PUBLISHED_ORDER_DAYS.name, live.query(f"select {columns} from {marts.ORDER_DAYS}"))
    return state


def _local(moment: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return moment.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None)


def _ages(settings: Settings) -> pa.Table:
    rows: dict[str, QualitySettings | SourceSettings] = {"*": settings.quality, **settings.sources}
    found = {name: (row.warn_after, row.error_after) for name, row in rows.items() if row.warn_after or row.error_after}
    return pa.table(
        {
            "source": pa.array(list(found), pa.string()),
            "warn_after_hours": pa.array([warn and hours(warn) for warn, _ in found.values()], pa.float64()),
            "error_after_hours": pa.array([error and hours(error) for _, error in found.values()], pa.float64()),
        }
    )


def _schema() -> pa.Schema:
    types = {"timestamp": pa.timestamp("us"), "date": pa.date32(), "bigint": pa.int64(), "integer": pa.int32()}
    return pa.schema([(name, types.get(kind, pa.float64())) for name, kind in catalog.QUALITY.columns])
