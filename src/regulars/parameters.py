"""The settings as tables: schema `settings` of the build, which dbt reads, so the parsed dbt project never changes.

They are published with the marts: a live warehouse says with which rules it was made.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from regulars import catalog
from regulars.engines.base import Session
from regulars.errors import SettingsError
from regulars.prediction_settings import HEALTH_FACTORS, VALUE_HORIZONS, HealthSettings
from regulars.segments import SegmentMap, compile_map, load_map
from regulars.settings import Settings
from regulars.survivorship_settings import GOLDEN_FIELDS, SurvivorshipSettings


def write_parameters(build: Session, settings: Settings, run_id: str = "") -> None:
    """Writes every settings table of the build anew.

    Args:
        build: The build.
        settings: What the numbers are made by.
        run_id: The run that makes them.

    Raises:
        SettingsError: The segment map or the FX file has problems.
    """
    segment_map = load_map(settings.rfm.map, settings.rfm)
    codes, segments = compile_map(segment_map)
    tables = {
        catalog.CUT_POINTS: _cut_points(segment_map),
        catalog.STATUS_WORDS: _status_words(settings),
        catalog.FX_RATES: _fx_rates(settings),
        catalog.SURVIVORSHIP: _survivorship(settings.identity.survivorship),
        catalog.SOURCE_PRIORITIES: _source_priorities(settings.identity.survivorship),
        catalog.SEGMENT_CODES: codes,
        catalog.SEGMENTS: segments,
        catalog.HORIZONS: _horizons(settings),
        catalog.HEALTH_STEPS: _health_steps(settings.health),
    }
    rules = _rules(settings, segment_map)
    # FX rates are data: a rate that changes is a correction of the past, not another rule.
    numbers = [
        rules,
        *(tables[t].to_pylist() for t in (catalog.CUT_POINTS, catalog.STATUS_WORDS, catalog.SEGMENT_CODES)),
    ]
    fingerprint = hashlib.sha256(repr(numbers).encode()).hexdigest()[:16]
    own = {"as_of": settings.rfm.as_of, "keeps_history": True, "rules": fingerprint, "run_id": run_id}
    tables[catalog.PARAMETERS] = _one_row(rules | own)
    for table, rows in tables.items():
        build.execute(f"delete from {table.name}")
        build.append(table.name, rows)


def _rules(settings: Settings, segment_map: SegmentMap) -> dict[str, Any]:
    """What the numbers are made by, whatever the date."""
    return {
        "window_days": settings.rfm.window_days,
        "currency": settings.shop.currency,
        "unknown_status": settings.policy.unknown_status,
        "refund_on": settings.policy.refund_on,
        "segment_map": segment_map.name,
        "bins": segment_map.bins,
        "recency_method": segment_map.recency.method,
        "frequency_method": segment_map.frequency.method,
        "monetary_method": segment_map.monetary.method,
    }


def _one_row(values: dict[str, Any]) -> pa.Table:
    types = {"as_of": pa.date32(), "window_days": pa.int32(), "bins": pa.int32(), "keeps_history": pa.bool_()}
    return pa.table({name: pa.array([value], types.get(name, pa.string())) for name, value in values.items()})


def _cut_points(segment_map: SegmentMap) -> pa.Table:
    rows = [
        (metric, position, cut)
        for metric in ("recency", "frequency", "monetary")
        for position, cut in enumerate(getattr(segment_map, metric).cuts, start=1)
    ]
    names = ("metric", "position", "cut")
    types = (pa.string(), pa.int32(), pa.decimal128(18, 4))
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})


def _horizons(settings: Settings) -> pa.Table:
    horizons = sorted({*VALUE_HORIZONS, settings.churn.horizon})
    is_of_churn = [horizon == settings.churn.horizon for horizon in horizons]
    return pa.table({"horizon": pa.array(horizons, pa.int32()), "is_of_churn": is_of_churn})


def _health_steps(health: HealthSettings) -> pa.Table:
    """One row per step, and one per factor for its weight: step 0, whose share is that of all points."""
    rows = []
    for factor in HEALTH_FACTORS:
        rows.append((factor, 0, None, getattr(health.weights, factor) / 100))
        steps = getattr(health, factor) if factor != "segment" else ()
        rows += [(factor, place, limit, share) for place, (limit, share) in enumerate(steps, start=1)]
    names = ("factor", "step", "step_limit", "share")
    types = (pa.string(), pa.int32(), pa.float64(), pa.float64())
    columns = zip(*rows, strict=True)
    return pa.table({n: pa.array(c, t) for n, c, t in zip(names, columns, types, strict=True)})


def _status_words(settings: Settings) -> pa.Table:
    shipped = csv.read_csv(BytesIO((files("regulars") / "status_words.csv").read_bytes())).to_pylist()
    words = {row["word"]: row["status"] for row in shipped}
    words |= {word.strip().lower(): status for word, status in settings.policy.status_words.items()}
    return pa.table({"word": pa.array(list(words), pa.string()), "status": pa.array(list(words.values()), pa.string())})


def _survivorship(settings: SurvivorshipSettings) -> pa.Table:
    return pa.table({"field": GOLDEN_FIELDS, "rule": [settings.rule_of(field) for field in GOLDEN_FIELDS]})


def _source_priorities(settings: SurvivorshipSettings) -> pa.Table:
    rows = [
        {"field": field, "source": source, "position": position}
        for field in GOLDEN_FIELDS
        for position, source in enumerate(dict.fromkeys(settings.sources_of(field)), start=1)
    ]
    schema = pa.schema([("field", pa.string()), ("source", pa.string()), ("position", pa.int32())])
    return pa.Table.from_pylist(rows, schema)


def _fx_rates(settings: Settings) -> pa.Table:
    schema = pa.schema([("rate_date", pa.date32()), ("currency", pa.string()), ("rate", pa.decimal128(18, 8))])
    path = settings.policy.fx_file
    if path is None:
        return schema.empty_table()
    if settings.shop.currency is None:
        # The commonest currency of the orders may be another one tomorrow, and the rates would mean something else.
        raise SettingsError(
            f"policy.fx_file {path} says what other currencies are worth, but not in which money."
            ' Write it under [shop] in regulars.toml, such as currency = "EUR".'
        )
    types = {"date": pa.date32(), "currency": pa.string(), "rate": pa.decimal128(18, 8)}
    try:
        table = csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=types))
        table = table.select(list(types))
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        raise SettingsError(
            f"policy.fx_file {path} cannot be used: {error}."
            " It must have the columns date,currency,rate, dates as 2025-01-31."
        ) from None
    table = table.set_column(1, "currency", pc.utf8_upper(pc.utf8_trim_whitespace(table.column("currency"))))
    usable = pc.fill_null(pc.greater(table.column("rate"), 0), False)
    if table.column("date").null_count or not pc.all(usable, min_count=0).as_py():
        raise SettingsError(
            f"policy.fx_file {path} has a row without a date, or whose rate is missing or not above zero. Mend it."
        )
    if table.group_by(["date", "currency"]).aggregate([]).num_rows < table.num_rows:
        raise SettingsError(f"policy.fx_file {path} has two rates for one day and currency. Keep one.")
    return table.rename_columns(schema.names).cast(schema)
