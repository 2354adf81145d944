"""Retention: a cell that is clicked, the cohort behind it, and every way to count."""

from __future__ import annotations

import pytest
from tests.dashboard.hands import clicked_on, taken
from tests.dashboard.visiting import Visit


def test_a_click_on_a_cell_lists_who_bought_again_in_that_month(visit: Visit) -> None:
    visit.open("retention", measure="Customers, number")
    rows = cohorts(visit)
    # The oldest cohort, which fills the first row, in the first later month in which anybody bought.
    said = visit.page.locator(".st-key-cohorts_map .scatterlayer text").all_text_contents()[:13]
    month, customers = next((month, n) for month, n in enumerate(said) if month and n != "0")
    clicked_on(visit, "cohorts_map", (month + 0.5) / 13, 0.5 / rows)
    assert "cohort=" in visit.query and f"(month {month})" in visit.query
    assert [row[1] for row in visit.rows("Months of the cohort") if row[0] == str(month)] == [customers]
    assert len(taken(visit, "cohort_customers_file")) == int(customers)


@pytest.mark.parametrize("measure", ["Customers, %", "Revenue per customer, summed up"])
def test_each_measure_names_its_unit(measure: str, visit: Visit) -> None:
    visit.open("retention", measure=measure, cohorts="The newest 12")
    shown = visit.page.locator(".st-key-cohorts_map text.xtitle")
    assert shown.text_content() == "Months since the first purchase"
    assert ("%" in visit.text) if "%" in measure else ("(EUR)" in visit.text)
    # Of those who came in the newest month, none could buy in a later one yet.
    assert cohorts(visit) == (11 if measure == "Customers, %" else 12)


def cohorts(visit: Visit) -> int:
    """Rows of the heat map, once it is drawn."""
    visit.page.locator(".st-key-cohorts_map g.ytick").first.wait_for()
    return int(visit.page.locator(".st-key-cohorts_map g.ytick").count())
