from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.unit.conftest import Published

from regulars.serve import cohort_views
from regulars.serve.queries import Queries


def test_the_members_of_a_cohort_are_as_many_as_the_mart_counts(shop: Queries) -> None:
    with shop.session() as live:
        months = cohort_views.cohort_months(live)
        assert months == sorted(months, reverse=True)
        month = months[-1]
        for row in cohort_views.cohort(live, month).to_pylist()[:4]:
            bought_in = cohort_views.month_after(month, row["month_number"]) if row["month_number"] else None
            assert cohort_views.count_of(live, month, bought_in) == row["customers"]
        listed = cohort_views.members(live, month, 1, 100)
    assert listed.num_rows == row["cohort_size"]
    assert {day.replace(day=1) for day in listed["first_order_date"].to_pylist()} == {month}
    values = listed["historic_clv"].to_pylist()
    assert values == sorted(values, reverse=True)


def test_months_go_on_over_the_year() -> None:
    assert cohort_views.month_after(dt.date(2024, 11, 1), 2) == dt.date(2025, 1, 1)
    assert cohort_views.month_after(dt.date(2024, 1, 1), 0) == dt.date(2024, 1, 1)


def test_without_cohorts_it_is_said(
    published: Published, nobody_bought: Queries, without: Callable[..., Queries]
) -> None:
    with without(published, "marts.cohort_retention").session() as live:
        assert not cohort_views.has_cohorts(live)
    with nobody_bought.session() as live:
        assert not cohort_views.has_cohorts(live)
