from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from tests.unit.conftest import Published

from regulars.serve.saved_models import live_scorer
from regulars.serve.scored_rows import ScoreReport, scored

CLUSTER = ("cluster_id", "cluster_name", "distance", "x", "y", "z")
SEGMENT = ("segment", "rfm_score", "r_score", "f_score", "m_score")
ROWS = pa.table(
    {
        "customer_id": ["a", "b", "c", "d"],
        "recency": [3.0, 300.0, None, None],
        "frequency": [30.0, 1.0, None, None],
        "monetary": [2000.0, 9.0, 50.0, None],
        "history_orders": [40.0, 1.0, None, None],
        "history_x": [39.0, 0.0, None, None],
        "history_t_x": [310.0, 0.0, None, None],
        "history_observed_days": [312.0, 299.0, None, None],
        "history_amount": [2500.0, 9.0, None, None],
        "problem": pa.array([None, None, None, "recency is no number: x:y"], pa.string()),
    }
)


@pytest.mark.parametrize("batch_rows", [1, 3, 100])
def test_rows_come_out_in_their_order_with_what_is_said_of_them_or_with_their_problem(
    clustered: Published, batch_rows: int
) -> None:
    report = ScoreReport("new.csv", "customers", "run")
    reader = pa.RecordBatchReader.from_batches(ROWS.schema, ROWS.to_batches(batch_rows))
    found = scored(reader, live_scorer(clustered.engine), report).read_all().to_pylist()
    assert [row["customer_id"] for row in found] == ["a", "b", "c", "d"]
    assert [row["cluster_id"] for row in found[:2]] == [1, 2]
    assert found[2]["cluster_id"] is not None
    often, once, unknown, bad = found
    assert often["probability_alive"] > 0.5 > once["churn_probability"] - 0.5
    assert often["expected_value_90"] > once["expected_value_90"] > 0
    assert [unknown[name] for name in ("segment", "probability_alive", "churn_probability")] == [None] * 3
    said = {name for name in bad if bad[name] is not None}
    assert said == {"customer_id", "problem"} and bad["problem"] == "recency is no number: x:y"
    assert (report.rows, report.scored, dict(report.problems)) == (4, 3, {"recency is no number": 1})
    assert sum(report.clusters.values()) == 3 and sum(report.segments.values()) == 2
    assert report.foretold == 2
    for name in ("expected_orders_90", "expected_value_365"):
        assert float(report.totals[name]) == pytest.approx(float(often[name] + once[name]))
    assert report.likely_to_leave == (often["churn_probability"] > 0.5) + (once["churn_probability"] > 0.5)


def test_no_rows_and_rows_of_whom_nothing_is_foretold_have_the_same_columns(clustered: Published) -> None:
    scorer = live_scorer(clustered.engine)
    nobody, unknown, everyone = (
        scored(rows.to_reader(), scorer, ScoreReport("", "orders", "")).read_all()
        for rows in (ROWS.slice(0, 0), ROWS.slice(2, 1), ROWS)
    )
    assert nobody.schema == unknown.schema == everyone.schema
    assert nobody.num_rows == 0
    assert nobody.column_names[:4] == ["customer_id", "recency", "frequency", "monetary"]
    assert nobody.column_names[-1] == "problem"
    assert {*CLUSTER, *SEGMENT, "expected_orders_30", "churn_model"} < set(nobody.column_names)


def test_what_is_not_published_is_left_out(clustered: Published) -> None:
    scorer = replace(live_scorer(clustered.engine), clusters=None, value=None)
    found = scored(ROWS.to_reader(), scorer, ScoreReport("", "customers", "")).read_all()
    assert found.column_names == ["customer_id", "recency", "frequency", "monetary", *SEGMENT, "problem"]
