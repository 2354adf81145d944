"""The demo shop, whose future is known: what a run foretells of it, and what it says that is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from tests.end_to_end import doors

from regulars.demo.recipe import read_recipe
from regulars.learn.registry import load_model
from regulars.learn.saved_predictions import VALUE_KIND, value_from_content
from regulars.learn.value_test import interval_coverage

_RATES = read_recipe().orders
# Of what is bought, what is left after refunds: those in part take half on average.
KEPT = 1 - _RATES.refunded * (_RATES.refunded_in_full + (1 - _RATES.refunded_in_full) / 2)


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


def test_intervals_of_value_hold_eighty_percent_of_what_was_not_seen(shop: Path) -> None:
    coverage = ask(
        shop, "select value from marts.model_validation where metric = 'interval_coverage' and model = 'value'"
    )
    assert len(coverage) == 3
    assert all(0.75 <= share <= 0.85 for (share,) in coverage)


def test_the_season_is_found_and_beats_the_calendar_at_every_horizon(shop: Path) -> None:
    season = ask(
        shop,
        "select horizon, is_validated, abs(value) < abs(baseline_value) from marts.model_validation"
        " where model = 'season' and metric = 'bias' order by horizon",
    )
    assert season == [(days, True, True) for days in (30, 90, 365)]


# What the generator made of the days after the history, which no run has seen. Its future is before refunds, the value
# that is foretold is net of them: both comparisons must hold.
@pytest.mark.parametrize("kept", [1, KEPT], ids=["as the file has it", "less refunds"])
@pytest.mark.parametrize("days", [30, 90, 365])
def test_the_value_of_all_customers_is_within_ten_percent_of_the_simulated_future(
    shop: Path, days: int, kept: float
) -> None:
    foretold, came = totals(shop, days)
    assert foretold / (came * kept) - 1 == pytest.approx(0, abs=0.1)


def test_the_process_that_made_the_shop_is_found_to_be_the_likeliest(shop: Path) -> None:
    assert ask(shop, "select distinct model from marts.customer_clv") == [("pareto_nbd",)]


def test_customers_of_whom_more_was_foretold_are_worth_more_in_the_simulated_future(shop: Path) -> None:
    fifths = ask(
        shop,
        f"with fifths as (select *, ntile(5) over (order by expected_value_365, person_id) as fifth from {known(shop)})"
        " select avg(expected_value_365)::double, avg(value_365)::double from fifths group by fifth order by fifth",
    )
    assert len(fifths) == 5
    came = [actual for _, actual in fifths]
    assert came == sorted(came)
    # The customers of the lower fifths, who are most likely gone, are worth a few euros each.
    assert all(foretold == pytest.approx(actual, rel=0.25, abs=1) for foretold, actual in fifths)


@pytest.mark.parametrize("days", [30, 90, 365])
def test_eighty_percent_of_the_simulated_values_lie_in_their_intervals(shop: Path, days: int) -> None:
    """Of all customers, jumps divided, by the models that the run has saved."""
    (folder,) = (shop / "warehouse" / "models" / "value").iterdir()
    model = value_from_content(load_model(folder, VALUE_KIND)[0])
    with duckdb.connect(str(shop / "warehouse" / "live.duckdb"), read_only=True) as live:
        summary = live.sql(
            f"select summary.*, value_{days}::double as came"
            " from intermediate.int_customers__purchase_summary as summary"
            " join intermediate.int_learning_dates as dates using (cut_off_number)"
            f" join {known(shop)} using (customer_id) where is_present order by customer_id"
        ).to_arrow_table()
    came = summary["came"].to_numpy()
    up_to = model.value_distribution(summary, days).probability_of_less(came)
    assert 0.75 <= interval_coverage(np.where(came > 0, up_to, 0.0), up_to) <= 0.85


def totals(shop: Path, days: int) -> tuple[float, float]:
    """The expected value of all customers, and what they came to buy."""
    foretold = ask(shop, f"select sum(expected_value_{days})::double from marts.customer_clv")[0][0]
    came = ask(shop, f"select sum(value_{days})::double from read_csv('{future(shop)}')")[0][0]
    return foretold, came


def future(shop: Path) -> Path:
    return shop / "shop" / "truth" / "future.csv"


def known(shop: Path) -> str:
    """SQL: customer_clv beside what the people came to buy, for customers with one person behind them."""
    return (
        f"(select * from (select identity.person_id, min(map.customer_id) as customer_id"
        f" from marts.customer_identity_map as map join read_csv('{shop}/shop/truth/identity.csv') as identity"
        " on map.source_customer_id = identity.customer_id::varchar"
        " group by identity.person_id having count(distinct map.customer_id) = 1)"
        f" join marts.customer_clv using (customer_id) join read_csv('{future(shop)}') using (person_id))"
    )


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
