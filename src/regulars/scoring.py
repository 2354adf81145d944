"""Scores new customers by the published models and cut points, without training and without a change to the warehouse.

They come with their features worked out, or as orders. Of orders the features are worked out by the very pipeline that
made the warehouse, in a place of its own, so that they mean the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from regulars import catalog, marts
from regulars.activate.noting import SCORE, noted
from regulars.engines.base import Engine, open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.files import FORMATS, selected, write_file
from regulars.errors import InputError
from regulars.land.feature_rows import feature_rows_sql
from regulars.serve.saved_models import live_scorer
from regulars.serve.scored_rows import Progress, ScoreReport, scored
from regulars.serve.scorer import HISTORY, RECENT, RFM, Scorer, history_column
from regulars.settings import Settings, load_settings, overridden
from regulars.sources.customer_features import feature_columns, known_columns
from regulars.sources.customer_history import history_columns
from regulars.watching import Nobody

if TYPE_CHECKING:
    from regulars.land.given import Given

_BATCH = 250_000  # customers at a time: the models work out what many of them have in common only once


def score(
    customers: Any,
    *,
    warehouse: str | Path | None = None,
    settings: Settings | None = None,
    as_of: dt.date | None = None,
    decimal: str = ".",
    scorer: Scorer | None = None,
) -> pa.Table:
    """The segment, cluster, value and churn of new customers, by what is published.

    Args:
        customers: A path, or a pandas, Polars or Arrow table, of customers with recency, frequency, monetary and
            whatever else the model of clusters compares, or of their orders. Value and churn of a list of customers
            need `orders` of all time, `tenure_days` since the first one and `average_order_value` as well.
        warehouse: Folder of the warehouse; unset = that of the settings.
        settings: Settings; unset = regulars.toml of the working directory and REGULARS_* variables.
        as_of: For orders: the start of this day is "now"; unset = the day after the newest of them.
        decimal: The decimal sign of numbers that are text.
        scorer: The published models, if they are loaded already.

    Returns:
        customer_id (as text), the features, segment and scores, cluster_id, cluster_name, distance, x, y, z, the
        columns of customer_clv that are foretold, churn_model, churn_probability, and the problem of a row that could
        not be scored.

    Raises:
        RegularsError: See `regulars.errors` for the kinds.
    """
    settings = settings or load_settings()
    if warehouse is not None:
        settings = settings.model_copy(update={"warehouse": str(warehouse)})
    with _scored(settings, customers, as_of, decimal, lambda words: None, scorer) as (_, reader):
        return reader.read_all()


def score_file(
    settings: Settings,
    file: str,
    output: Path | None = None,
    *,
    kind: str | None = None,
    as_of: dt.date | None = None,
    decimal: str = ".",
    on_progress: Progress = lambda words: None,
    scored_by: str = "unknown",
) -> ScoreReport:
    """Scores a file and writes the result, in constant memory.

    Args:
        settings: Whose warehouse holds the model.
        file: CSV, Excel, Parquet, JSON and what else sources read.
        output: The file to write; unset = none, for a look at the sums.
        kind: csv, json, parquet or xlsx; unset = by the ending of `output`.
        as_of: For orders: the start of this day is "now".
        decimal: The decimal sign.
        on_progress: Told in words how far it is.
        scored_by: Who asks, for the ledger of exports, in which the file is entered.

    Raises:
        RegularsError: See `regulars.errors` for the kinds.
    """
    chosen = (kind or (output.suffix.removeprefix(".") if output else "")).lower()
    if output is not None and chosen not in FORMATS:
        raise InputError(f"`{chosen}` is no format of exports. Choose one of: {', '.join(FORMATS)}.")
    with _scored(settings, file, as_of, decimal, on_progress) as (report, reader):
        if output is not None:
            with noted(ExportLedger(open_engine(settings).journal), output, SCORE, scored_by) as entry:
                entry.rows = write_file(reader, output, chosen)
            report.output = output
            report.notes += [entry.problem] if entry.problem else []
        else:
            for _ in reader:
                pass
    return report


@contextmanager
def _scored(
    settings: Settings,
    customers: Any,
    as_of: dt.date | None,
    decimal: str,
    on_progress: Progress,
    scorer: Scorer | None = None,
) -> Iterator[tuple[ScoreReport, pa.RecordBatchReader]]:
    """The report, complete once the batches are read, and the batches."""
    engine = open_engine(settings)
    scorer = scorer or live_scorer(engine)
    with _given(customers, settings) as given:
        delivery = given.delivery
        columns = feature_columns(delivery.columns, scorer.features, delivery.name)
        report = ScoreReport(delivery.name, "customers" if columns else "orders", scorer.run_id, scorer.as_of)
        report.churn_horizon = scorer.churn.horizon if scorer.churn else None
        if columns is None:
            with _features_of_orders(engine, settings, given, as_of, scorer, on_progress) as (day, typed):
                report.as_of = day
                yield report, scored(typed, scorer, report, on_progress)
            return
        if as_of is not None:
            raise InputError(
                f"{delivery.name} has its recency worked out, so no as-of date can move it."
                " Leave the date away, or give orders."
            )
        try:
            with selected(
                delivery.batches(), _typed_sql(delivery.columns, columns, scorer, report, decimal), _BATCH
            ) as typed:
                yield report, scored(typed, scorer, report, on_progress)
        except Exception:
            # The database wraps what stopped the batches in an error of its own.
            if delivery.failure is not None:
                raise delivery.failure from None
            raise
        if delivery.malformed.num_rows:
            report.problems["a row that cannot be read"] += delivery.malformed.num_rows


def _typed_sql(
    present: Sequence[str], columns: dict[str, str], scorer: Scorer, report: ScoreReport, decimal: str
) -> str:
    """The query that types a list of customers; the report notes what the list says too little for."""
    free = [column for column in present if column not in columns.values()]
    wanted = [name for name in RFM if name not in columns]
    known = columns | known_columns(free, wanted)
    if missing := [name for name in RFM if name not in known]:
        report.notes.append(f"No segments: the list has no column {', '.join(missing)}.")
    history, missing = history_columns(present, known)
    if scorer.value is not None and history is None:
        report.notes.append(f"No value and no churn: the list has no column {', '.join(missing)}.")
    features = list(dict.fromkeys([*scorer.features, *(name for name in RFM if name in known)]))
    return feature_rows_sql(known, features, decimal, history)


@contextmanager
def _given(customers: Any, settings: Settings) -> Iterator[Given]:
    from regulars.land.given import Given, fetched, given_files
    from regulars.source_settings import SourceSettings
    from regulars.sources import from_arrow

    if not isinstance(customers, str | Path):
        yield Given(from_arrow(customers, "customers"), None, SourceSettings())
        return
    found = given_files([str(customers)], settings)
    if len(found) != 1:
        raise InputError(f"{customers} names {len(found)} files, and one is scored at a time. Name one of them.")
    with fetched(found[0], settings) as given:
        yield given


@contextmanager
def _features_of_orders(
    engine: Engine,
    settings: Settings,
    given: Given,
    as_of: dt.date | None,
    scorer: Scorer,
    on_progress: Progress,
) -> Iterator[tuple[dt.date | None, pa.RecordBatchReader]]:
    """The features that a run over these orders alone gives their customers, with the window of the live warehouse."""
    from regulars.land.given import Given, mapped
    from regulars.pipeline import Request, run_pipeline

    mapping, source_settings = mapped(given, settings)
    if mapping.entity not in ("orders", "order_lines"):
        raise InputError(
            f"{given.delivery.name} is a list of {mapping.entity}, and has no column {', '.join(scorer.features)}."
            f" It has: {', '.join(given.delivery.columns)}. Add them, or give the orders of these customers."
        )
    with engine.live() as live:
        [window] = live.query(f"select window_days from {catalog.PARAMETERS.name}").column(0).to_pylist()

    class Watcher(Nobody):
        def stage_started(self, name: str, what: str) -> None:
            on_progress(what)

    with TemporaryDirectory(prefix="regulars-score-", ignore_cleanup_errors=True) as folder:
        own = overridden(settings, rfm={"as_of": as_of, "window_days": window})
        own = own.model_copy(update={"warehouse": folder})
        # As its source is read, but without the others of the settings.
        alone = Given(given.delivery, mapping.source, source_settings)
        request = Request(given=[alone], stages=("land", "resolve", "build"), command="score")
        run_pipeline(own.model_copy(update={"sources": {}}), request, Watcher())
        bench = open_engine(own)
        with bench.build() as build:
            [day] = build.query(f"select as_of from {marts.RUN_PARAMETERS}").column(0).to_pylist()
            yield day, build.stream(_orders_sql(scorer), batch_rows=_BATCH)


def _orders_sql(scorer: Scorer) -> str:
    """The features and the history of everybody in the build who ever bought, under the names that the file gives."""
    from regulars.learn.feature_query import feature_query

    features = list(dict.fromkeys([*scorer.features, *RFM]))
    history = {name: f"summary.{name}" for name in (*HISTORY, *RECENT)} | {"orders": "behavior.orders"}
    selected = [f"features.{name}" for name in features]
    selected += [f"cast({sql} as double) as {history_column(name)}" for name, sql in history.items()]
    return (
        f"select names.customer_id, {', '.join(selected)}, cast(null as varchar) as problem"
        f" from ({feature_query(features)}) as features"
        f" inner join ({_NAMES}) as names on features.customer_id = names.golden_id"
        f" left join {marts.CUSTOMER_BEHAVIOR} as behavior on features.customer_id = behavior.customer_id"
        f" left join (select * from {marts.PURCHASE_SUMMARY} where cut_off_number in"
        f"  (select cut_off_number from {marts.LEARNING_DATES} where is_present)) as summary"
        " on features.customer_id = summary.customer_id"
        " order by names.customer_id"
    )


# What a customer of the file is called in it: an id before an e-mail before a phone.
_NAMES = f"""
select customer_id as golden_id, coalesce(
    min(customer_key) filter (where customer_key not like 'email:%' and customer_key not like 'phone:%'),
    substr(min(customer_key), 7)
) as customer_id
from durable.{catalog.CUSTOMER_KEYS.name}
group by customer_id
"""
