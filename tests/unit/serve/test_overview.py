"""The shop in ten seconds: the figures are those of the tables."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.unit.conftest import Published

from regulars import marts
from regulars.serve import overview
from regulars.serve.queries import Queries


def test_totals_are_those_of_everybody(shop: Queries) -> None:
    with shop.session() as live:
        found = overview.totals(live)
        [wanted] = live.query(
            "select count(*) as customers, sum(monetary) as revenue, sum(historic_clv) as spent"
            f" from {marts.CUSTOMER_360}"
        ).to_pylist()
    assert (found["customers"], found["revenue"]) == (wanted["customers"], wanted["revenue"])
    assert abs(found["average_lifetime_value"] - wanted["spent"] / wanted["customers"]) < Decimal("0.02")
    assert found["best"]["segment"] == "Champions"


def test_who_is_slipping_spent_and_will_likely_stop(shop: Queries) -> None:
    with shop.session() as live:
        risk, people = overview.at_risk(live), overview.slipping(live, 1000).to_pylist()
    assert risk is not None and risk["customers"] == len(people) > 0
    assert sum(row["monetary"] for row in people) == risk["revenue"]
    assert all(row["churn_probability"] >= Decimal("0.5") and row["monetary"] > 0 for row in people)


def test_regulars_are_of_the_best_segment(shop: Queries) -> None:
    with shop.session() as live:
        people = overview.regulars(live, 5).to_pylist()
    assert {row["segment"] for row in people} == {"Champions"} and len(people) == 5


def test_months_add_up_to_the_days(shop: Queries) -> None:
    with shop.session() as live:
        months = overview.monthly_sales(live).to_pylist()
        newest = months[-1]["month"]
        [wanted] = live.query(
            f"select sum(revenue + revenue_without_customer) as revenue from {marts.DAILY_SALES} where date >= $1",
            (newest,),
        ).to_pylist()
    assert len(months) == overview.MONTHS_SHOWN and months[-1]["revenue"] == wanted["revenue"]


def test_actions_name_segments_that_there_are(shop: Queries) -> None:
    chosen = overview.actions(shop.segments().to_pylist())
    assert chosen[0][0] == "Keep"
    assert len({row["segment"] for _, row in chosen}) == len(chosen)
    assert all(row["customers"] for _, row in chosen)


def test_a_shop_without_orders_or_churn_has_gaps_and_no_errors(
    nobody_bought: Queries, without: Callable[..., Queries], published: Published
) -> None:
    with nobody_bought.session() as live:
        assert overview.totals(live)["customers"] == 1 and overview.at_risk(live) is None
        assert overview.actions(live.query(f"select * from {marts.SEGMENT_METRICS}").to_pylist()) == []
    lacking: Any = without(published, marts.CUSTOMER_HEALTH)
    with lacking.session() as live:
        assert overview.at_risk(live) is None
