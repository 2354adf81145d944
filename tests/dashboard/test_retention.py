"""Retention: a cell that is clicked, the cohort behind it, and every way to count."""

from __future__ import annotations

import pytest
from tests.dashboard.hands import clicked_on, taken
from tests.dashboard.visiting import Visit


def test_a_click_on_a_cell_lists_who_bought_again_in_that_month(visit: Visit) -> None:
    visit.open("retention", measure="Customers, number")
    clicked_on(visit, "cohorts_map", 1.5 / 13, 0.5 / cohorts(visit))
    assert "cohort=" in visit.query and "(month 1)" in visit.query
    [again] = [row for row in visit.rows("Months of the cohort") if row[0] == "1"]
    bought = visit.page.locator("strong").filter(has_text=again[1])
    assert bought.first.is_visible()
    assert len(taken(visit, "cohort_customers_file")) == int(again[1])


@pytest.mark.parametrize("measure", ["Customers, %", "Revenue per customer, summed up"])
def test_each_measure_names_its_unit(measure: str, visit: Visit) -> None:
    visit.open("retention", measure=measure, cohorts="The newest 12")
    shown = visit.page.locator(".st-key-cohorts_map text.xtitle")
    assert shown.text_content() == "Months since the first purchase"
    assert ("%" in visit.text) if "%" in measure else ("(EUR)" in visit.text)
    assert cohorts(visit) == 12


def cohorts(visit: Visit) -> int:
    """Rows of the heat map, once it is drawn."""
    visit.page.locator(".st-key-cohorts_map g.ytick").first.wait_for()
    return int(visit.page.locator(".st-key-cohorts_map g.ytick").count())
