from __future__ import annotations

import pyarrow as pa
import pytest
from tests.unit.conftest import Published

from regulars.serve.saved_models import live_clusters
from regulars.serve.scored_rows import ScoreReport, placed

ROWS = pa.table(
    {
        "customer_id": ["a", "b", "c", "d"],
        "recency": [3.0, 300.0, None, None],
        "frequency": [30.0, 1.0, None, None],
        "monetary": [2000.0, 9.0, 50.0, None],
        "problem": pa.array([None, None, None, "recency is no number: x:y"], pa.string()),
    }
)


@pytest.mark.parametrize("batch_rows", [1, 3, 100])
def test_rows_come_out_in_their_order_with_clusters_or_with_their_problem(
    clustered: Published, batch_rows: int
) -> None:
    report = ScoreReport("new.csv", "customers", "run")
    reader = pa.RecordBatchReader.from_batches(ROWS.schema, ROWS.to_batches(batch_rows))
    found = placed(reader, live_clusters(clustered.engine).model, report).read_all().to_pylist()
    assert [row["customer_id"] for row in found] == ["a", "b", "c", "d"]
    assert [row["cluster_id"] for row in found[:2]] == [1, 2]
    assert found[2]["cluster_id"] is not None
    assert [found[3][name] for name in ("cluster_id", "cluster_name", "distance", "x", "y", "z")] == [None] * 6
    assert found[3]["problem"] == "recency is no number: x:y"
    assert (report.rows, report.scored, dict(report.problems)) == (4, 3, {"recency is no number": 1})
    assert sum(report.clusters.values()) == 3


def test_no_rows_have_the_same_columns(clustered: Published) -> None:
    reader = placed(ROWS.slice(0, 0).to_reader(), live_clusters(clustered.engine).model, ScoreReport("", "orders", ""))
    assert reader.schema.names == [
        *("customer_id", "recency", "frequency", "monetary"),
        *("cluster_id", "cluster_name", "distance", "x", "y", "z", "problem"),
    ]
    assert reader.read_all().num_rows == 0
