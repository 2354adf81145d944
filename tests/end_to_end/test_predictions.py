"""The demo shop, whose future is known: what a run foretells of it, and what it says that is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end import doors


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("foretold")
    made = doors.command("generate", "shop", "--customers", "4000", "--seed", "11", folder=folder)
    assert made.exit_code == 0, made.errors
    run = doors.command("run", "shop/customers.csv", "shop/orders.csv", folder=folder)
    assert run.exit_code == 0, run.errors
    return folder


def ask(shop: Path, sql: str) -> list[tuple[Any, ...]]:
    return doors.ask(shop / "warehouse" / "live.duckdb", sql)


def test_everyone_who_ever_bought_has_a_value_and_a_health(shop: Path) -> None:
    buyers = ask(shop, "select count(*) from marts.customer_360 where orders > 0")
    assert ask(shop, "select count(*) from marts.customer_clv") == buyers
    assert ask(shop, "select count(*) from marts.customer_360 where clv is not null") == buyers
    assert ask(shop, "select count(*) from marts.customer_health where churn_probability between 0 and 1") == buyers
    points = "recency_points + frequency_points + monetary_points + average_order_value_points + segment_points"
    assert ask(shop, f"select count(*) from marts.customer_health where health_score <> {points}") == [(0,)]
    assert ask(shop, "select min(health_score) >= 0 and max(health_score) <= 100 from marts.customer_health") == [
        (True,)
    ]


def test_orders_value_and_churn_beat_their_baselines(shop: Path) -> None:
    verdicts = ask(
        shop,
        "select model, horizon, bool_and(is_validated) from marts.model_validation"
        " where model in ('orders', 'value', 'churn') group by all order by all",
    )
    assert verdicts == [
        *[("churn", 90, True)],
        *[("orders", days, True) for days in (30, 90, 365)],
        *[("value", days, True) for days in (30, 90, 365)],
    ]


def test_intervals_of_orders_hold_eighty_percent(shop: Path) -> None:
    coverage = ask(
        shop, "select value from marts.model_validation where metric = 'interval_coverage' and model = 'orders'"
    )
    assert len(coverage) == 3
    assert all(0.75 <= share <= 0.85 for (share,) in coverage)


def test_what_was_foretold_of_more_came_more(shop: Path) -> None:
    groups = ask(
        shop,
        "select model, horizon, corr(predicted::double, actual::double) from marts.model_calibration group by all",
    )
    assert {model for model, *_ in groups} == {"orders", "value", "churn"}
    assert all(likeness > 0.97 for *_, likeness in groups)


def test_the_sales_of_the_next_days_are_there_with_their_verdict(shop: Path) -> None:
    ahead = ask(
        shop,
        "select metric, count(*), min(date) = (select max(date) + 1 from marts.daily_sales),"
        " bool_and(lower_end <= upper_end) from marts.sales_forecast group by metric order by metric",
    )
    assert ahead == [(metric, 30, True, True) for metric in ("active_customers", "orders", "revenue")]
    assert ask(
        shop,
        "select count(*) from marts.model_validation where starts_with(model, 'daily_')"
        " and metric = 'mean_absolute_error' and baseline = 'seasonal naive' and is_better = is_validated",
    ) == [(3,)]


def test_a_shop_of_one_month_says_that_nothing_could_be_tested(tmp_path: Path) -> None:
    orders = [f"o{n},c{n % 20},2025-03-{1 + n % 28:02d},{10 + n}.00" for n in range(60)]
    (tmp_path / "orders.csv").write_text("\n".join(["order_id,customer_id,date,amount", *orders]))
    run = doors.command("run", "orders.csv", folder=tmp_path)
    assert run.exit_code == 0, run.errors
    notes = ask(
        tmp_path, "select distinct model, is_validated, value is null, note is not null from marts.model_validation"
    )
    assert sorted(notes) == [
        (model, False, True, True)
        for model in ("churn", "daily_active_customers", "daily_orders", "daily_revenue", "orders", "value")
    ]
    assert ask(tmp_path, "select count(*) from marts.customer_clv") == [(20,)]
    assert ask(tmp_path, "select count(*) from marts.sales_forecast") == [(0,)]
