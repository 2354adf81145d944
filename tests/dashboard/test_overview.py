"""Overview: the figures at a glance, what to do, and a list to leave with."""

from __future__ import annotations

import csv
import io

from tests.dashboard.visiting import Visit


def test_it_says_who_the_regulars_are_who_slips_and_what_to_do(visit: Visit) -> None:
    text = visit.open().text
    for words in ("Customers", "Average lifetime value", "Champions", "Revenue at risk", "Moved since last month"):
        assert words in text
    for words in ("What to do next", "Keep: ", "Win back: ", "Grow: ", "Data through", "checks passed"):
        assert words in text
    assert "Data through" in visit.page.locator('[data-testid="stSidebar"]').inner_text()
    slipping = visit.rows("Who is slipping")
    assert slipping and all("%" in row[-1] for row in slipping)
    listed = list(csv.DictReader(io.StringIO(visit.downloaded("Take all as CSV", nth=1).decode())))
    assert len(listed) >= len(slipping) and listed[0]["customer_id"] == slipping[0][0] and "email" in listed[0]
    assert visit.downloaded("Take all as Excel", nth=0).startswith(b"PK")
    assert visit.barriers() == []


def test_a_customer_and_a_segment_are_one_click_away(visit: Visit) -> None:
    visit.open()
    number = visit.rows("Who the regulars are")[0][0]
    visit.page.get_by_role("table", name="Who the regulars are").get_by_role("link", name=number).click()
    visit.page.get_by_role("heading", level=1, name="Customers").wait_for()
    assert visit.settled().query == f"customer={number}" and "Why in this segment" in visit.text
    visit.open()
    visit.page.get_by_role("link", name="See them, take the list").first.click()
    visit.page.get_by_role("heading", level=1, name="Segments").wait_for()
    assert visit.settled().query.startswith("segment=")
