from __future__ import annotations

import datetime as dt

from regulars.serve import sales_views
from regulars.serve.queries import Queries


def test_the_days_between_two_are_those_of_the_mart(shop: Queries, nobody_bought: Queries) -> None:
    with shop.session() as live:
        whole = sales_views.first_and_last(live)
        assert whole is not None
        first = whole[1] - dt.timedelta(days=9)
        found = sales_views.days(live, first, whole[1])
        assert found["date"].to_pylist() == [first + dt.timedelta(days=place) for place in range(10)]
        odd = sales_views.odd_days(live, "revenue")
        between = sales_views.odd_days(live, "revenue", first, whole[1])
        assert {*between["date"].to_pylist()} == {day for day in odd["date"].to_pylist() if day >= first}
        assert sales_views.ahead(live, "orders").num_rows == 30
    with nobody_bought.session() as live:
        assert not sales_views.has_sales(live)
