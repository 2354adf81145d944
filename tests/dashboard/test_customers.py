"""Customers: found by what is known of them, and told with the why."""

from __future__ import annotations

from tests.dashboard.visiting import Visit


def test_somebody_is_searched_found_and_opened(visit: Visit) -> None:
    visit.open("customers")
    name = next(row[1] for row in visit.rows("Who spent most") if " " in row[1])
    search = visit.page.get_by_label("Search")
    search.fill(name.split()[1])
    search.press("Enter")
    visit.page.get_by_role("heading", name="found").wait_for()
    visit.settled()
    found = visit.rows("Found customers")
    assert name in [row[1] for row in found] and visit.query == f"q={name.split()[1]}"
    number = next(row[0] for row in found if row[1] == name)
    visit.page.get_by_role("link", name=number).click()
    visit.page.get_by_role("heading", name=f"{name} · {number}").wait_for()
    visit.settled()
    for words in ("Why in this segment", "Orders and refunds", "What is foretold", "Who it is", "Health: "):
        assert words in visit.text
    assert [row[0] for row in visit.rows("Scores and cut points")] == ["Recency", "Frequency", "Monetary"]
    assert len(visit.rows("Expected orders and value")) == 3 and len(visit.rows("Factors of health")) == 5
    assert "the first record of a person" in {row[4] for row in visit.rows("Source records")}
    assert visit.downloaded("Download CSV", nth=0).startswith(b"what,day,order_id")
    assert visit.barriers() == []


def test_who_is_not_there_is_said_to_be_unknown(visit: Visit) -> None:
    assert "There is no customer 42" in visit.open("customers", customer="42").text
    assert "Nobody is known by that" in visit.open("customers", q="nobody@example.org").text
