from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from tests.unit.conftest import Published

from regulars.errors import InputError
from regulars.serve import charts
from regulars.serve.charts.basis import Missing
from regulars.serve.charts.history import COHORTS_SHOWN, migration_dates, read_migration, stacked
from regulars.serve.queries import Queries


def test_the_cells_of_retention_are_those_of_the_mart(shop: Queries) -> None:
    found = charts.read(shop, "retention")
    assert 1 < len(found.cohorts) <= COHORTS_SHOWN
    assert [cohort.month for cohort in found.cohorts] == sorted(cohort.month for cohort in found.cohorts)
    for cohort in found.cohorts:
        rows = shop.sql(
            "select month_number, retention, is_incomplete from cohort_retention"
            f" where cohort_month = date '{cohort.month}' and month_number between 1 and 12 order by 1"
        ).to_pylist()
        assert [(c.month_number, c.retention, c.is_incomplete) for c in cohort.cells] == [
            (row["month_number"], float(row["retention"]), row["is_incomplete"]) for row in rows
        ]


def test_the_mean_over_cohorts_weighs_by_their_size_and_leaves_out_months_that_are_not_over(shop: Queries) -> None:
    found = charts.read(shop, "retention")
    [row] = shop.sql(
        "select sum(customers) as customers, sum(cohort_size) as size from cohort_retention"
        " where month_number = 1 and not is_incomplete"
    ).to_pylist()
    assert found.after[1] == pytest.approx(float(row["customers"]) / float(row["size"]))


def test_the_flows_of_a_date_add_up_to_its_base(shop: Queries) -> None:
    with shop.session() as live:
        dates = migration_dates(live)
        assert len(dates) > 3
        for as_of in (dates[0], dates[-1]):
            found = read_migration(live, as_of)
            assert not isinstance(found, Missing)
            history = live.query(
                "select count(*) as customers from marts.customer_rfm_history where as_of = $1", (as_of,)
            )
            assert sum(flow.customers for flow in found.flows) == history.column(0)[0].as_py()


def test_both_sides_of_the_bands_hold_everyone_without_overlap(shop: Queries) -> None:
    found = charts.read(shop, "migration")
    for side in ("source", "target"):
        placed = stacked(found, side)
        assert sum(customers for _, _, customers in placed.values()) == sum(flow.customers for flow in found.flows)
        end = 0.0
        for top, height, _ in placed.values():
            assert top >= end - 1e-9
            end = top + height
        assert end <= 1 + 1e-9


def test_a_date_that_is_not_in_the_history_is_refused_with_those_that_are(shop: Queries) -> None:
    with pytest.raises(InputError, match=r"history has no 1999-01-01. Its dates go from 2024"):
        charts.png(shop, "migration", as_of=dt.date(1999, 1, 1))


def test_a_warehouse_without_history_says_so(without: Callable[..., Queries], published: Published) -> None:
    queries = without(published, "marts.segment_migration", "marts.cohort_retention")
    for name in ("migration", "retention"):
        assert isinstance(charts.read(queries, name), Missing)
