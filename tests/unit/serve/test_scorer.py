"""The customers of a shop, scored as if they were new, get what the run has published of them."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from tests.unit.conftest import Published
from tests.unit.learn.summaries import purchase_summary

from regulars import marts
from regulars.learn.churn import fit_churn
from regulars.learn.saved_predictions import PublishedChurn
from regulars.serve.saved_models import live_scorer
from regulars.serve.scorer import HISTORY, RECENT, history_column

_EVERYBODY = f"""
select
    rfm.customer_id, rfm.recency, rfm.frequency, rfm.monetary, behavior.orders as history_orders,
    {", ".join(f"summary.{name} as history_{name}" for name in (*HISTORY[1:], *RECENT))}
from {marts.FCT_CUSTOMER_RFM} rfm
inner join {marts.CUSTOMER_BEHAVIOR} behavior on rfm.customer_id = behavior.customer_id
inner join {marts.PURCHASE_SUMMARY} summary on rfm.customer_id = summary.customer_id
inner join {marts.LEARNING_DATES} dates on summary.cut_off_number = dates.cut_off_number and dates.is_present
order by rfm.customer_id
"""


@pytest.fixture(scope="module")
def everybody(clustered: Published) -> pa.Table:
    return clustered.queries.sql(_EVERYBODY)


def test_everybody_gets_the_published_segment_value_and_churn(clustered: Published, everybody: pa.Table) -> None:
    found = live_scorer(clustered.engine).score(everybody, None)
    published = clustered.queries.sql(
        "select segments.segment, clusters.cluster_id, clv.*, health.churn_model, health.churn_probability"
        f" from {marts.CUSTOMER_SEGMENTS} segments"
        f" inner join learned.customer_clusters clusters on segments.customer_id = clusters.customer_id"
        f" inner join {marts.CUSTOMER_CLV} clv on segments.customer_id = clv.customer_id"
        f" inner join {marts.CUSTOMER_HEALTH} health on segments.customer_id = health.customer_id"
        " order by segments.customer_id"
    )
    assert everybody.num_rows == published.num_rows == 60
    for name in set(found.column_names) & set(published.column_names):
        mine, theirs = found[name].to_pylist(), published[name].to_pylist()
        if isinstance(theirs[0], str | int) or name == "next_order_date":
            assert mine == theirs, name
        else:
            # The last digit is rounded to the even one in Arrow, and up in SQL.
            digit = 0.0101 if "value" in name else 0.000101 if "orders" in name else 0.00000101
            assert [float(n) for n in mine] == pytest.approx([float(n) for n in theirs], abs=digit), name
    assert {"expected_value_365", "most_orders_30", "probability_alive", "churn_probability"} < set(found.column_names)


def test_a_classifier_speaks_only_where_it_knows_all_that_it_was_taught(
    clustered: Published, everybody: pa.Table
) -> None:
    scorer = live_scorer(clustered.engine)
    assert scorer.value is not None
    classifier = fit_churn([purchase_summary(600, seed=seed) for seed in range(3)], seed=7)
    scorer = replace(scorer, churn=PublishedChurn("classifier", 90, classifier))
    with_all = scorer.score(everybody, None)
    without = scorer.score(everybody.drop_columns([history_column(name) for name in RECENT]), None)
    assert set(with_all["churn_model"].to_pylist()) == {"classifier"}
    assert set(without["churn_model"].to_pylist()) == {scorer.value.name}
    assert with_all["churn_probability"] != without["churn_probability"]


def test_without_clusters_the_three_metrics_are_asked_for(clustered: Published) -> None:
    scorer = replace(live_scorer(clustered.engine), clusters=None)
    assert scorer.features == ("recency", "frequency", "monetary")
