"""Segments: clicks choose customers, the address keeps what was chosen, and other cut points are tried live."""

from __future__ import annotations

import csv
import io

from tests.dashboard.visiting import Visit


def _drawn(visit: Visit, place: int) -> dict[str, float]:
    """Where a chart stands, once Plotly has drawn it."""
    chart = visit.page.locator(".js-plotly-plot").nth(place)
    chart.scroll_into_view_if_needed()
    visit.page.wait_for_timeout(400)
    box: dict[str, float] = chart.bounding_box()
    return box


def test_a_click_on_a_tile_chooses_its_segment(visit: Visit) -> None:
    visit.open("segments")
    box = _drawn(visit, 1)
    # The largest segment is the tile at the lower left.
    visit.page.mouse.click(box["x"] + 40, box["y"] + box["height"] - 60)
    visit.page.wait_for_function("location.search.includes('segment=')")
    visit.settled()
    rows = visit.rows("Customers")
    [segment] = {row[3] for row in rows}
    assert f"segment={segment}" in visit.query and segment in visit.text
    listed = list(csv.DictReader(io.StringIO(visit.downloaded("Take the list as CSV").decode())))
    assert {row["segment"] for row in listed} == {segment} and [row["customer_id"] for row in listed[:15]] == [
        row[0] for row in rows
    ]


def test_a_click_on_a_cell_chooses_its_scores_and_pages_turn(visit: Visit) -> None:
    visit.open("segments")
    box = _drawn(visit, 0)
    # The worst scores are in the lower left cell, and there are the most customers.
    visit.page.mouse.click(box["x"] + 130, box["y"] + box["height"] - 105)
    visit.page.wait_for_function("location.search.includes('r=1')")
    visit.settled()
    first = visit.rows("Customers")
    assert first and all(row[4].startswith("11") for row in first)
    visit.page.get_by_label("Page", exact=True).fill("2")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function("location.search.includes('page=2')")
    second = visit.settled().rows("Customers")
    assert second and not {row[0] for row in first} & {row[0] for row in second}


def test_an_address_brings_back_what_it_keeps(visit: Visit) -> None:
    visit.open("segments", view="Table", segment="Loyal", sort="Orders")
    assert "Every segment in numbers" in visit.text and {row[3] for row in visit.rows("Customers")} == {"Loyal"}
    orders = [int(row[6]) for row in visit.rows("Customers")]
    assert orders == sorted(orders, reverse=True)
    assert len(visit.rows("Playbook")) == 12 and visit.barriers() == []


def test_cut_points_and_comparisons(visit: Visit) -> None:
    visit.open("segments", view="Cut points")
    assert [row[0] for row in visit.rows("Cut points of recency")] == ["5", "4", "3", "2", "1"]
    visit.open("segments", view="Compare")
    rows = visit.rows("Compared with another day")
    assert len(rows) == 12 and all(
        int(r[2].replace(",", "")) - int(r[1].replace(",", "")) == int(r[3].replace("−", "-").replace(",", ""))
        for r in rows
    )
    visit.open("segments", view="Compare", **{"with": "Map ten"})
    assert len(visit.rows("By the other map")) >= 10 and "regulars run --map ten" in visit.text
    assert visit.barriers() == []


def test_other_cut_points_move_customers_at_once_and_nothing_is_kept(visit: Visit) -> None:
    visit.open("segments", view="What if")
    assert "Nobody would move" in visit.text
    best = visit.page.get_by_label("Score 5 of monetary")
    best.fill("100000")
    best.press("Enter")
    visit.page.get_by_text("customers would move").wait_for()
    visit.settled()
    moved = {row[0]: row[3] for row in visit.rows("Segments by these cut points")}
    assert moved["Champions"].startswith("−")
    assert all(row[2] != row[3] for row in visit.rows("Who would move"))
    best.fill("0")
    best.press("Enter")
    visit.page.get_by_text("out of order").wait_for()
    visit.page.get_by_role("button", name="Back to the published cut points").click()
    visit.page.get_by_text("Nobody would move").wait_for()
    assert visit.settled().barriers() == []
