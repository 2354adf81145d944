"""Customers with features -> the same customers with what is published of their like, batch by batch, counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from regulars.serve.scorer import Scorer

Progress = Callable[[str], None]
LIKELY = 0.5  # a customer with more than this probability of churn is counted as likely to leave


@dataclass
class ScoreReport:
    """What came of scoring a list.

    Attributes:
        name: What the list is called.
        kind: Whether its rows were customers with features, or orders.
        model: The run whose models scored them.
        as_of: The day that what is foretold starts from; for orders also the one the features are as of.
        rows: Customers in the list.
        scored: Those that were scored; the others have a problem.
        clusters: Customers per cluster id and name.
        segments: Customers per segment.
        foretold: How many of them have a value.
        totals: The sum of each column of what is foretold of orders and value.
        churn_horizon: Churn is no order within so many days.
        likely_to_leave: How many are likelier to place no order in them than to place one.
        notes: What could not be said of this list, and why.
        problems: How often each problem came up, without the value that had it.
        output: The file that was written.
    """

    name: str
    kind: Literal["customers", "orders"]
    model: str
    as_of: dt.date | None = None
    rows: int = 0
    scored: int = 0
    clusters: Counter[tuple[int, str]] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)
    foretold: int = 0
    totals: dict[str, float | Decimal] = field(default_factory=dict)
    churn_horizon: int | None = None
    likely_to_leave: int = 0
    notes: list[str] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)
    output: Path | None = None


def scored(
    typed: pa.RecordBatchReader, scorer: Scorer, report: ScoreReport, on_progress: Progress = lambda words: None
) -> pa.RecordBatchReader:
    """The rows with what is said of them, in their order.

    Args:
        typed: customer_id, the features, what is known of the history (`Scorer.score`), and `problem`, which says why a
            row is not to be scored.
        scorer: What says it.
        report: Complete once the batches are read.
        on_progress: Told in words how many went by.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in typed:
            rows = _scored_batch(pa.Table.from_batches([batch]), scorer, report.as_of)
            _count(rows, report)
            yield from rows.to_batches()
            on_progress(f"{report.rows:,} customers")

    schema = _scored_batch(typed.schema.empty_table(), scorer, report.as_of).schema
    return pa.RecordBatchReader.from_batches(schema, batches())


def _scored_batch(rows: pa.Table, scorer: Scorer, as_of: dt.date | None) -> pa.Table:
    """The rows with what is said of them; of one with a problem nothing is."""
    is_scored = pc.is_null(rows["problem"])
    if pc.all(is_scored).as_py() is not False:
        found = scorer.score(rows, as_of)
    else:
        places = pc.if_else(is_scored, pc.subtract(pc.cumulative_sum(is_scored.cast(pa.int64())), 1), None)
        found = scorer.score(rows.filter(is_scored), as_of).combine_chunks().take(places.combine_chunks())
    columns = {name: rows[name] for name in rows.column_names if name != "problem" and not name.startswith("history_")}
    columns |= {name: found[name] for name in found.column_names}
    return pa.table({**columns, "problem": rows["problem"]}).combine_chunks()


def _count(rows: pa.Table, report: ScoreReport) -> None:
    is_scored = pc.is_null(rows["problem"])
    report.rows += rows.num_rows
    report.scored += pc.sum(is_scored).as_py() or 0
    names = set(rows.column_names)
    good = rows.filter(is_scored)
    if "cluster_id" in names:
        for row in good.group_by(["cluster_id", "cluster_name"]).aggregate([([], "count_all")]).to_pylist():
            report.clusters[row["cluster_id"], row["cluster_name"]] += row["count_all"]
    if "segment" in names:
        _tally(good["segment"].drop_null(), report.segments)
    if "probability_alive" in names:
        report.foretold += good.num_rows - good["probability_alive"].null_count
        for name in good.column_names:
            if name.startswith(("expected_orders_", "expected_value_")):
                sums: Any = pc.sum(good[name]).as_py()
                report.totals[name] = report.totals.get(name, 0) + (sums or 0)
    if "churn_probability" in names:
        report.likely_to_leave += pc.sum(pc.greater(good["churn_probability"], LIKELY)).as_py() or 0
    _tally(pc.replace_substring_regex(rows["problem"].drop_null(), ":.*", ""), report.problems)


def _tally(values: pa.ChunkedArray, counter: Counter[str]) -> None:
    for found in pc.value_counts(values).to_pylist():
        counter[found["values"]] += found["counts"]
