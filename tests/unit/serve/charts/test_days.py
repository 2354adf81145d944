from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from regulars.errors import InputError
from regulars.serve import charts
from regulars.serve.charts.basis import Missing
from regulars.serve.queries import Queries


@pytest.mark.parametrize(("metric", "column"), [("revenue", "revenue"), ("active_customers", "customers")])
def test_the_days_are_those_of_the_mart_and_the_line_is_the_mean_of_seven(
    metric: str, column: str, shop: Queries
) -> None:
    found = charts.read(shop, "days", metric=metric)
    values = [float(value) for value in shop.sql(f"select {column} from daily_sales order by date")[0].to_pylist()]
    assert found.values.tolist() == values
    assert np.isnan(found.week[:6]).all()
    assert found.week[-1] == pytest.approx(sum(values[-7:]) / 7)
    assert "four" in found.conclusion


def test_days_can_be_chosen_and_none_is_told(shop: Queries) -> None:
    last = shop.sql("select max(date) from daily_sales")[0][0].as_py()
    found = charts.read(shop, "days", metric="orders", first=last - dt.timedelta(days=4))
    assert len(found.dates) == 5
    assert "too few days" in found.conclusion
    gone = charts.read(shop, "days", metric="orders", first=last + dt.timedelta(days=1))
    assert isinstance(gone, Missing)
    with pytest.raises(InputError, match="no days of `profit`"):
        charts.read(shop, "days", metric="profit")
