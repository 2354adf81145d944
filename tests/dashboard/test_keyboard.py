"""Without a mouse: signed in, a customer searched, found and opened, by Tab, Enter and what is typed alone."""

from __future__ import annotations

from typing import Any

from tests.dashboard.visiting import Visit
from tests.servers_browser import LAPTOP

from regulars.serve.auth import Role

# So many stops lie at most before what is wanted: whoever tabs further has lost the way.
_STOPS = 40


def test_a_key_a_search_and_a_customer_by_the_keyboard_alone(
    browser: Any, guarded: tuple[str, dict[Role, str]]
) -> None:
    address, keys = guarded
    context = browser.new_context(viewport=LAPTOP)
    page = context.new_page()
    visit = Visit(page, address)
    page.goto(f"{address}/dashboard/")
    page.get_by_label("API key").wait_for()
    # The field has the focus from the beginning.
    page.keyboard.type(keys[Role.operator])
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Overview").wait_for()
    visit.settled()
    _tabbed(page, "Customers")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Customers").wait_for()
    visit.settled()
    name = next(row[1] for row in visit.rows("Who spent most") if " " in row[1])
    _tabbed(page, "Search")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="found").wait_for()
    visit.settled()
    number = next(row[0] for row in visit.rows("Found customers") if row[1] == name)
    _tabbed(page, number)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=f"{name} · {number}").wait_for()
    visit.settled()
    assert "Why in this segment" in visit.text
    context.close()
    assert not visit.complaints


def _tabbed(page: Any, wanted: str) -> None:
    """Goes on by Tab until what is wanted has the focus, and sees that each stop of the way can be seen."""
    stops = []
    for _ in range(_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        stops.append(stop["name"])
        assert stop["is_seen"], f"nobody sees that {stop} has the focus"
        if stop["name"] == wanted:
            return
    raise AssertionError(f"{wanted} is not among the first {_STOPS} stops: {stops}")


# What the focus is on: its name, and whether it can be seen that it is.
_STOP = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const name = at.getAttribute('aria-label') || (at.labels && at.labels[0]?.innerText) || at.innerText || '';
  const around = [at, at.parentElement, at.parentElement?.parentElement].filter(Boolean).map(e => getComputedStyle(e));
  const isSeen = around.some(s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) ||
    s.boxShadow !== 'none' || parseFloat(s.borderTopWidth) > 0);
  return {name: name.trim().split('\\n').pop(), tag: at.tagName, is_seen: at === document.body || isSeen,
    html: at.outerHTML.slice(0, 200)};
}"""
