"""Health: a band that is clicked, and the customers to look after."""

from __future__ import annotations

from tests.dashboard.hands import clicked_on, taken
from tests.dashboard.visiting import Visit


def test_a_click_on_a_band_lists_its_customers(visit: Visit) -> None:
    visit.open("health")
    bands = {row[0]: int(row[2]) for row in visit.rows("Bands of health")}
    assert len(taken(visit, "health_customers_file")) == bands["Poor"] + bands["Critical"]
    assert "Who leaves" in visit.text and "knew which in" in visit.text
    # The upper of the two bars of the first band.
    clicked_on(visit, "bands", 0.02, 0.06)
    assert visit.query == "band=Excellent"
    assert {row[2] for row in visit.rows("Customers to look after")} == {"Excellent"}
    assert len(taken(visit, "health_customers_file")) == bands["Excellent"]


def test_the_list_goes_on_page_by_page(visit: Visit) -> None:
    visit.open("health", page=2)
    second = visit.rows("Customers to look after")
    spent = [float(row[5].split()[0].replace(",", "")) for row in second]
    assert spent == sorted(spent, reverse=True)
    visit.page.get_by_role("button", name="Decrement value").or_(
        visit.page.get_by_test_id("stNumberInputStepDown")
    ).first.click()
    visit.page.get_by_text("Customers 1 to 20 of").wait_for()
    visit.settled()
    first = visit.rows("Customers to look after")
    assert first[0] != second[0] and float(first[-1][5].split()[0].replace(",", "")) >= spent[0]
