"""Migration: the date is slid, a move is chosen, and its customers are listed."""

from __future__ import annotations

from tests.dashboard.hands import taken
from tests.dashboard.visiting import Visit


def test_the_date_slides_and_a_move_leads_to_its_customers(visit: Visit) -> None:
    visit.open("migration")
    newest = visit.page.get_by_role("heading", level=2).first.inner_text()
    slider = visit.page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowLeft")
    visit.settled()
    before = visit.page.get_by_role("heading", level=2).first.inner_text()
    assert before != newest and before.startswith("Moves between segments from")
    # What ended where the newest began.
    assert before.split(" to ")[1] == newest.split(" from ")[1].split(" to ")[0]
    assert visit.query.startswith("as_of=")
    move = visit.rows("Moves")[0]
    assert int(move[2]) == sum(int(cell) for cell in move[4:7]), "the causes add up"
    visit.page.get_by_role("table", name="Moves").get_by_role("link").first.click()
    visit.page.get_by_role("heading", name=f"Who went from {move[0]} to {move[1]}").wait_for()
    visit.settled()
    assert {(row[1], row[2]) for row in visit.rows("Customers who moved")} == {(move[0], move[1])}
    assert len(taken(visit, f"movers_{visit.query.split('as_of=')[1][:10]}_file")) == int(move[2])


def test_a_date_that_is_not_there_is_left_out_and_another_has_other_moves(visit: Visit) -> None:
    visit.open("migration", as_of="1999-01-01")
    assert visit.query == ""
    rows = visit.rows("Moves")
    visit.page.get_by_text("All ", exact=False).filter(has_text="moves").first.click()
    visit.page.get_by_text("The 12 largest.").wait_for(state="detached")
    visit.settled()
    assert len(visit.rows("Moves")) > len(rows)
