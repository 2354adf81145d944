"""What a person's hands do on a page: click into a chart, choose of a list, and take the file of a table along."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tests.dashboard.visiting import Visit

# Plotly knows what lies under the pointer a moment after it came to rest.
_REST = 200


def clicked_on(visit: Visit, chart: str, across: float, down: float) -> None:
    """Clicks into a chart and waits until the address has what the click chose.

    Args:
        visit: The tab.
        chart: The key of the chart.
        across: Where, from 0 at the left end of the plot to 1 at its right.
        down: Where, from 0 at its top to 1 at its bottom.
    """
    area = visit.page.locator(f".st-key-{chart} .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    place = {"x": box["width"] * across, "y": box["height"] * down}
    area.hover(position=place, force=True)
    visit.page.wait_for_timeout(_REST)
    before = visit.page.evaluate("location.search")
    area.click(position=place, force=True)
    visit.page.wait_for_function("before => location.search !== before", arg=before)
    visit.settled()


def chosen(visit: Visit, label: str, option: str) -> None:
    """Chooses of a list that opens: the field is clicked, typed into until the option is there, and that is clicked."""
    field = visit.page.get_by_role("combobox", name=label)
    field.click()
    field.press_sequentially(option)
    visit.page.get_by_role("option", name=option, exact=True).click()
    visit.settled()


def taken(visit: Visit, key: str) -> list[dict[str, str]]:
    """The rows of the CSV file that a table's button gives, by the key of the button."""
    with visit.page.expect_download() as given:
        visit.page.locator(f".st-key-{key}_csv button").click()
    content = Path(given.value.path()).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))
