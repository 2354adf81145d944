"""Customers with features -> the same customers with their clusters, batch by batch, counted as they go by."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from regulars.learn.cluster_model import ClusterModel

Progress = Callable[[str], None]


@dataclass
class ScoreReport:
    """What came of scoring a list.

    Attributes:
        name: What the list is called.
        kind: Whether its rows were customers with features, or orders.
        model: The run whose model scored them.
        as_of: For orders, the day the features are as of.
        rows: Customers in the list.
        scored: Those that were scored; the others have a problem.
        clusters: Customers per cluster id and name.
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
    problems: Counter[str] = field(default_factory=Counter)
    output: Path | None = None


def placed(
    typed: pa.RecordBatchReader, model: ClusterModel, report: ScoreReport, on_progress: Progress = lambda words: None
) -> pa.RecordBatchReader:
    """The rows with their clusters, in their order.

    Args:
        typed: customer_id, the features of the model, and `problem`, which says why a row is not to be scored.
        model: What places them.
        report: Complete once the batches are read.
        on_progress: Told in words how many went by.
    """

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in typed:
            yield from _placed_batch(pa.Table.from_batches([batch]), model, report).to_batches()
            on_progress(f"{report.rows:,} customers")

    schema = _placed_batch(typed.schema.empty_table(), model, ScoreReport("", report.kind, "")).schema
    return pa.RecordBatchReader.from_batches(schema, batches())


def _placed_batch(rows: pa.Table, model: ClusterModel, report: ScoreReport) -> pa.Table:
    """The rows with their clusters, counted in the report; one with a problem has none."""
    found = model.assign(rows).drop_columns(["customer_id"])
    is_scored = pc.is_null(rows["problem"])
    columns = {name: rows[name] for name in rows.column_names if name != "problem"}
    for name in found.column_names:
        columns[name] = pc.if_else(is_scored, found[name], pa.scalar(None, found[name].type))
    result = pa.table({**columns, "problem": rows["problem"]}).combine_chunks()
    counted = result.filter(is_scored).group_by(["cluster_id", "cluster_name"]).aggregate([([], "count_all")])
    report.rows += rows.num_rows
    for row in counted.to_pylist():
        report.scored += row["count_all"]
        report.clusters[row["cluster_id"], row["cluster_name"]] += row["count_all"]
    kinds = pc.replace_substring_regex(rows["problem"].drop_null(), ":.*", "")
    for kind in pc.value_counts(kinds).to_pylist():
        report.problems[kind["values"]] += kind["counts"]
    return result
