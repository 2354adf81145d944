"""Value: beside what its test has shown; a bar that is clicked, and the customers behind it."""

from __future__ import annotations

from tests.dashboard.hands import clicked_on, taken
from tests.dashboard.visiting import Visit


def test_a_click_on_a_bar_lists_its_customers_and_the_address_keeps_all(visit: Visit) -> None:
    visit.open("value")
    everybody = taken(visit, "value_customers_file")
    assert "Value of 365 days:" in visit.text and "Not tested" not in visit.rows("Tests of the predictions")[0][4]
    visit.page.get_by_role("radio", name="90", exact=True).click()
    visit.settled()
    assert visit.query == "days=90"
    assert "Customers expected to bring most in 90 days" in visit.text
    # The first bar, of the customers of whom least is expected.
    clicked_on(visit, "spread", 0.3 / visit.page.locator(".st-key-spread .xtick").count(), 0.98)
    assert visit.query.startswith("days=90&range=")
    few = taken(visit, "value_customers_file")
    assert 0 < len(few) < len(everybody)
    address = visit.page.url
    visit.page.goto(address)
    visit.page.get_by_role("heading", level=1).wait_for()
    visit.settled()
    assert len(taken(visit, "value_customers_file")) == len(few)


def test_a_segment_narrows_the_list_and_a_name_leads_to_the_customer(visit: Visit) -> None:
    visit.open("value", segment="Champions")
    rows = visit.rows("Customers by expected value")
    assert {row[1] for row in rows} == {"Champions"}
    [champions] = [row for row in visit.rows("Value by segment") if row[0] == "Champions"]
    assert len(taken(visit, "value_customers_file")) == int(champions[1])
    link = visit.page.get_by_role("table", name="Customers by expected value").get_by_role("link").first
    assert "customers?customer=" in link.get_attribute("href")
