from __future__ import annotations

import datetime as dt

import pytest

from regulars.serve import charts
from regulars.serve.charts.basis import Missing
from regulars.serve.queries import Queries


@pytest.mark.parametrize("metric", ["revenue", "orders", "active_customers"])
def test_the_days_ahead_are_those_of_the_mart_and_join_the_days_that_were(metric: str, shop: Queries) -> None:
    found = charts.read(shop, f"forecast_{metric}")
    rows = shop.sql(
        f"select date, expected, lower_end, upper_end, is_validated from sales_forecast where metric = '{metric}'"
        " order by date"
    ).to_pylist()
    assert list(found.days) == [row["date"] for row in rows]
    assert found.expected.tolist() == [float(row["expected"]) for row in rows]
    assert found.lower_end.tolist() == [float(row["lower_end"]) for row in rows]
    assert found.upper_end.tolist() == [float(row["upper_end"]) for row in rows]
    assert found.past_days[-1] + dt.timedelta(days=1) == found.days[0]
    assert found.is_validated == rows[0]["is_validated"]
    word = "Validated" if found.is_validated else "Not validated"
    assert found.words.subtitle.startswith(word)


def test_the_points_of_calibration_are_those_of_the_mart(shop: Queries) -> None:
    found = charts.read(shop, "calibration")
    assert found.panels
    for panel in found.panels:
        model = {"Orders": "orders", "Value": "value", "Who": "churn"}[panel.title.split(" ")[0]]
        days = int(panel.title.split(", ")[1].removesuffix(" days"))
        rows = shop.sql(
            f"select predicted, actual from model_calibration where model = '{model}' and horizon = {days}"
            " order by group_number"
        ).to_pylist()
        assert panel.predicted.tolist() == [float(row["predicted"]) for row in rows]
        assert panel.actual.tolist() == [float(row["actual"]) for row in rows]
        verdict = shop.sql(
            f"select distinct is_validated from model_validation where model = '{model}' and horizon = {days}"
        )
        assert verdict.column(0).to_pylist() == [panel.is_validated]


def test_where_nothing_is_foretold_it_says_so(nobody_bought: Queries) -> None:
    for name in ("forecast_revenue", "calibration"):
        found = charts.read(nobody_bought, name)
        assert isinstance(found, Missing)
        assert "regulars run" in found.repair
