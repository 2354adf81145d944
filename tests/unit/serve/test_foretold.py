"""What is foretold comes with its verdict, and is what the tables say."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from tests.unit.conftest import Published

from regulars.prediction_settings import HEALTH_FACTORS, VALUE_HORIZONS
from regulars.serve.foretold import foretold, outlook


@pytest.fixture(scope="module")
def customer_id(clustered: Published) -> int:
    """One who comes every week or two."""
    found = clustered.queries.sql("select customer_id from fct_customer_rfm order by frequency desc, 1 limit 1")
    return int(found.column(0)[0].as_py())


def test_a_customer_s_future_is_that_of_the_tables_with_the_tests_beside_it(
    clustered: Published, customer_id: int
) -> None:
    found = foretold(clustered.queries, customer_id)
    [row] = clustered.queries.sql(f"select * from customer_clv where customer_id = {customer_id}").to_pylist()
    assert found is not None
    assert [ahead.days for ahead in found.ahead] == list(VALUE_HORIZONS)
    for ahead in found.ahead:
        assert ahead.orders == row[f"expected_orders_{ahead.days}"]
        assert (ahead.fewest_orders, ahead.most_orders) == (
            row[f"fewest_orders_{ahead.days}"],
            row[f"most_orders_{ahead.days}"],
        )
        assert ahead.value == row[f"expected_value_{ahead.days}"]
        value = found.verdict("value", ahead.days)
        assert value is not None and value.is_validated == row[f"is_validated_{ahead.days}"]
    assert (found.probability_alive, found.next_order_date) == (row["probability_alive"], row["next_order_date"])
    assert found.as_of == dt.date(2025, 12, 30)
    assert found.churn_horizon == 90 and found.verdict("churn", 90) is not None


def test_the_points_of_the_five_factors_are_the_score(clustered: Published, customer_id: int) -> None:
    found = foretold(clustered.queries, customer_id)
    assert found is not None
    assert [factor.factor for factor in found.factors] == list(HEALTH_FACTORS)
    assert sum(factor.points for factor in found.factors) == found.health_score
    assert sum(factor.of for factor in found.factors) == 100
    assert all(factor.points <= factor.of for factor in found.factors)


def test_json_has_all_columns_and_each_test_with_its_sentence(clustered: Published, customer_id: int) -> None:
    found = foretold(clustered.queries, customer_id)
    assert found is not None
    plain = json.loads(json.dumps(found.to_dict(), default=str))
    columns = clustered.queries.sql("select * from customer_clv limit 0").column_names
    assert {*columns, "health_score", "churn_probability", "health_factors"} <= set(plain)
    assert {(test["model"], test["horizon"]) for test in plain["tests"]} == {
        ("churn", 90),
        *((model, days) for model in ("orders", "value") for days in VALUE_HORIZONS),
    }
    assert all(test["words"] for test in plain["tests"])


def test_nothing_is_foretold_of_who_never_bought(published: Published) -> None:
    [never] = published.queries.find_customers("020 7946 0005")
    assert foretold(published.queries, never) is None


def test_the_base_is_the_sum_of_its_customers_and_every_test_is_there(clustered: Published) -> None:
    found = outlook(clustered.queries)
    sums = clustered.queries.sql("select sum(expected_orders_90) o, sum(expected_value_90) v from customer_clv")
    churned = clustered.queries.sql("select sum(churn_probability) from customer_health").column(0)[0].as_py()
    assert found.customers == 60
    assert found.totals["orders", 90] == pytest.approx(float(sums["o"][0].as_py()))
    assert found.totals["value", 90] == pytest.approx(float(sums["v"][0].as_py()))
    assert found.totals["churn", 90] == pytest.approx(float(churned))
    tested = clustered.queries.sql("select distinct model, horizon, is_validated from model_validation").to_pylist()
    assert {(v.model, v.horizon, v.is_validated) for v in found.verdicts} == {tuple(row.values()) for row in tested}
    assert [verdict.model for verdict in found.verdicts][:3] == ["orders"] * 3
