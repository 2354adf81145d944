from __future__ import annotations

import pytest

from regulars.errors import InputError
from regulars.serve import charts
from regulars.serve.charts.cohorts import MEASURES
from regulars.serve.queries import Queries


@pytest.mark.parametrize("measure", MEASURES)
def test_the_cells_of_each_measure_are_those_of_the_mart(measure: str, shop: Queries) -> None:
    found = charts.read(shop, "cohorts", measure=measure, cohorts=3)
    assert 1 <= len(found.rows) <= 3
    for row in found.rows:
        rows = shop.sql(
            f"select month_number, {found.measure.column} as value, is_incomplete from cohort_retention where"
            f" cohort_month = date '{row.month}' and month_number between {found.measure.first_month} and 12 order by 1"
        ).to_pylist()
        assert [(cell.month_number, cell.value, cell.is_incomplete) for cell in row.cells] == [
            (other["month_number"], float(other["value"]), other["is_incomplete"]) for other in rows
        ]
        assert all(cell.said.endswith("*") == cell.is_incomplete for cell in row.cells)


def test_a_click_on_a_cell_says_its_cohort_and_month(shop: Queries) -> None:
    found = charts.read(shop, "cohorts")
    points = charts.plotted("cohorts", found).data[1]
    cells = [[row.month.isoformat(), cell.month_number] for row in found.rows for cell in row.cells]
    assert [list(point) for point in points.customdata] == cells
    assert len(points.textfont.color) == len(cells)


def test_a_measure_that_is_not_there_is_refused(shop: Queries) -> None:
    with pytest.raises(InputError, match=r"no `profit`\. Choose of: retention, customers"):
        charts.read(shop, "cohorts", measure="profit")
