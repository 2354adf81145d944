"""An explanation agrees with what is published, names the cut points around each value, and holds back when it must."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.unit.conftest import Published

from regulars.engines.base import open_engine
from regulars.errors import InputError
from regulars.serve import wording
from regulars.serve.queries import Queries
from regulars.serve.why import Why, explain


@pytest.fixture(scope="module")
def changed(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Queries:
    """The same warehouse with a customer merged away and a history of moves, of Ann."""
    folder = tmp_path_factory.mktemp("changed") / "warehouse"
    shutil.copytree(published.settings.warehouse, folder)
    with duckdb.connect(str(folder / "live.duckdb")) as live:
        live.execute("insert into ops.identity_ids values (100000099, 100000001, 'x', 1)")
        live.execute("drop view marts.segment_events")
        live.execute(
            "create table marts.segment_events as select * from (values"
            " (100000001, 'moved', 'own behaviour', 'At Risk', 'Loyal', false, date '2025-10-01', date '2025-11-01'),"
            " (100000001, 'moved', 'identity merge', 'Lost', 'At Risk', true, date '2025-09-01', date '2025-10-01'),"
            " (100000001, 'entered', null, null, 'Lost', false, null, date '2025-09-01'),"
            " (100000002, 'moved', 'passing of time', 'Loyal', 'Lost', false, date '2025-10-01', date '2025-11-01'))"
            " as events (customer_id, event, cause, from_segment, to_segment, is_restatement, from_as_of, as_of)"
        )
    settings = published.settings.model_copy(update={"warehouse": str(folder)})
    return Queries(open_engine(settings), settings.shop)


def _everyone(published: Published) -> list[Why]:
    ids = published.queries.sql("select customer_id from customer_segments order by 1").column(0).to_pylist()
    return [explain(published.queries, str(customer_id)) for customer_id in ids]


def test_values_code_and_shares_are_those_of_the_tables(published: Published) -> None:
    rows = published.queries.sql(
        "select r.*, s.segment, s.segment_rule from fct_customer_rfm r join customer_segments s using (customer_id)"
        " order by customer_id"
    ).to_pylist()
    for why, row in zip(_everyone(published), rows, strict=True):
        assert (why.segment, why.rule, why.rfm_score) == (row["segment"], row["segment_rule"], row["rfm_score"])
        assert [metric.value for metric in why.metrics] == [row["recency"], row["frequency"], row["monetary"]]
        assert [metric.score for metric in why.metrics] == [row["r_score"], row["f_score"], row["m_score"]]
        assert (why.customers, why.as_of) == (5, dt.date(2025, 12, 25))
        alike = [other for other in rows if other["rfm_score"] == row["rfm_score"]]
        assert (why.code_customers, why.code_share) == (len(alike), len(alike) / 5)
        assert why.segment_customers == sum(other["segment"] == row["segment"] for other in rows)
        assert why.no_outlook_because is None and why.outlook is not None


def test_each_value_lies_in_its_band_and_the_next_score_is_above_it(published: Published) -> None:
    for why in _everyone(published):
        for metric in why.metrics if why.rfm_score else ():
            assert metric.value_from is None or metric.value >= metric.value_from
            assert metric.value_to is None or metric.value < metric.value_to
            if metric.next_at is None:
                continue
            assert metric.score is not None and metric.next_score is not None and metric.next_score > metric.score
            assert metric.missing == abs(metric.next_at - metric.value)
            table = published.queries.sql(
                f"select * from rfm_thresholds where metric = '{metric.metric}' and score = {metric.next_score}"
                " and as_of = (select as_of from int_run_parameters)"
            ).to_pylist()[0]
            assert table["value_from"] is None or metric.next_at >= table["value_from"]
            assert table["value_to"] is None or metric.next_at < table["value_to"]


def test_whoever_never_bought_is_told_so_with_the_first_order_as_the_way_up(published: Published) -> None:
    why = explain(published.queries, "020 7946 0005")
    assert wording.headline(why) == "Dot Orr is in Prospect because there is no order of theirs."
    assert [metric.score for metric in why.metrics] == [None, None, None]
    assert wording.ways_up(why)[0]["words"].startswith("a first order")
    assert wording.if_nothing_happens(why) == ["Prospect, for as long as there is no order"]


def test_the_explanation_becomes_json_with_its_sentences(published: Published) -> None:
    why = explain(published.queries, "ann@example.org")
    plain = json.loads(json.dumps(why.to_dict(), default=str))
    assert plain["headline"].startswith(f"Ann Lee is in {why.segment} because ") or plain["name"] == why.name
    assert {"rfm_score", "rule", "metrics", "segment_share", "code_share", "outlook", "moves"} <= set(plain)
    assert plain["outlook"]["thresholds"] == "held fixed"
    assert plain["outlook"]["next"] == (plain["outlook"]["ways"] or [None])[0]
    assert "segments" not in plain


def test_a_customer_who_was_merged_away_is_explained_as_the_one_who_stays(changed: Queries) -> None:
    assert explain(changed, "100000099").merged_from == 100000099
    assert explain(changed, "100000099").customer_id == 100000001
    assert explain(changed, "100000001").merged_from is None
    assert explain(changed, "1").merged_from is None


def test_the_last_moves_are_told_newest_first_with_their_causes(changed: Queries, published: Published) -> None:
    moves = explain(changed, "100000001").moves
    orders = published.queries.sql(
        "select count(*) from fct_orders where customer_id = 100000001 and is_valid"
        " and order_date >= date '2025-10-01' and order_date < date '2025-11-01'"
    ).column(0)[0]
    assert [wording.move_words(move) for move in moves] == [
        ("1 November 2025", "At Risk → Loyal", f"own behaviour: {orders} orders since 1 October 2025"),
        ("1 October 2025", "Lost → At Risk", "identity merge, restated"),
        ("1 September 2025", "new → Lost", "entered"),
    ]


def test_numbers_that_the_orders_do_not_give_are_not_explained_away(published: Published, tmp_path: Path) -> None:
    shutil.copytree(published.settings.warehouse, tmp_path / "warehouse")
    with duckdb.connect(str(tmp_path / "warehouse" / "live.duckdb")) as live:
        live.execute("update marts.fct_customer_rfm set monetary = monetary + 1 where customer_id = 100000001")
        live.execute("update intermediate.int_run_parameters set monetary_method = 'ntile'")
    settings = published.settings.model_copy(update={"warehouse": str(tmp_path / "warehouse")})
    queries = Queries(open_engine(settings), settings.shop)
    ranked = explain(queries, "100000001")
    assert "Monetary is scored by ntile" in str(ranked.no_outlook_because)
    assert ranked.metrics[2].next_at is None and wording.next_words(ranked.metrics[2]) == "by rank"
    with duckdb.connect(str(tmp_path / "warehouse" / "live.duckdb")) as live:
        live.execute("update intermediate.int_run_parameters set monetary_method = 'quantile'")
    other = explain(queries, "100000001")
    assert other.outlook is None
    assert "is published: the models that define the numbers were changed" in str(other.no_outlook_because)
    assert wording.ways_up(other) == [] and wording.if_nothing_happens(other) == []


def test_nobody_is_explained_by_the_door_that_finds_people(published: Published) -> None:
    with pytest.raises(InputError, match=r"Nobody is known by `nobody@example\.org`"):
        explain(published.queries, "nobody@example.org")


def test_an_explanation_cannot_be_changed(published: Published) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        explain(published.queries, "3").segment = "VIP"  # type: ignore[misc]


def test_refunds_in_the_window_are_said_beside_the_money(published: Published) -> None:
    why = dataclasses.replace(explain(published.queries, "3"), refunded=Decimal("12.50"), currency="GBP")
    assert " GBP after 12.50 GBP of refunds in 365 days" in wording.headline(why)
