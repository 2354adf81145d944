"""Lists of customers on every page are masked for a viewer, and their files too; nobody but an operator starts runs."""

from __future__ import annotations

import re

import pytest
from tests.dashboard.hands import taken
from tests.dashboard.visiting import Visit

# `A. B.`, a masked address, or the number of somebody of whom no more is known.
_MASKED = re.compile(r"(\S\.( \S\.)*|\S\*\*\*@\S+|\*\*\*|\d+)")
_LISTS = {
    "clusters": ("Customers of the cluster", "cluster_customers_file"),
    "value": ("Customers by expected value", "value_customers_file"),
    "retention": ("Customers of the cohort", "cohort_customers_file"),
    "health": ("Customers to look after", "health_customers_file"),
}


@pytest.mark.parametrize("path", _LISTS)
def test_a_viewer_s_list_and_its_file_are_masked(path: str, viewer_visit: Visit) -> None:
    caption, file = _LISTS[path]
    rows = viewer_visit.open(path).rows(caption)
    assert rows and all(_MASKED.fullmatch(row[0]) for row in rows)
    emails = {row["email"] for row in taken(viewer_visit, file)} - {""}
    assert emails and all("***" in email for email in emails)


def test_a_viewer_looks_into_tables_behind_masks_and_starts_nothing(viewer_visit: Visit) -> None:
    viewer_visit.open("data", part="Tables")
    rows = viewer_visit.rows("Rows of marts.customer_360")
    assert {row[4] for row in rows} != {"–"} and all(row[4] == "–" or "***" in row[4] for row in rows)
    assert "Personal columns are masked, and are not searched." in viewer_visit.text
    viewer_visit.page.get_by_role("textbox", name="Search").fill(rows[0][4][-8:])
    viewer_visit.page.get_by_role("textbox", name="Search").press("Enter")
    viewer_visit.page.get_by_text("No row of marts.customer_360 holds").wait_for()
    viewer_visit.open("data")
    assert "key of an operator" in viewer_visit.text
    assert viewer_visit.page.get_by_role("button", name="Start a run").count() == 0
