"""UCI Online Retail on every page, and a person who goes through it: what is read is counted from the file itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.dashboard.hands import chosen, clicked_on, taken
from tests.dashboard.visiting import Visit, visiting
from tests.servers_browser import serving

from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings

# What is known of the file, or of the table that was published of it, and on which page it is to be read.
_KNOWN = {
    "": ("4,372", "8,005,462", "Data through 9 December 2011", "82 checks passed", "November 2011 brought 1,461,756"),
    "segments": ("4,372 customers", "4,338 customers who ever bought", "data through 9 December 2011"),
    "customers": ("Who spent most, of 4,372 customers",),
    "clusters": ("4,338", "How the number of clusters was chosen"),
    "value": ("4,338", "Value of 365 days"),
    "retention": ("24 % of new customers buy again in the month after their first purchase",),
    "migration": ("Moves between segments from 1 December 2011 to 10 December 2011",),
    "health": ("4,338", "Who leaves"),
    "forecast": ("Daily revenue: the last 90 days and those ahead",),
    "data": ("541,909 rows, 541,909 staged", "4,372 people in 4,372 records", "The last run ended well"),
    "data?part=Freshness": ("No row is unaccounted for.", "No limit is set"),
    "data?part=Checks": ("All checks passed",),
}


@pytest.fixture(scope="module")
def file(shared_data: Path) -> Path:
    """The order lines, as they were given."""
    return shared_data / "online_retail.parquet"


@pytest.fixture(scope="module")
def address(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server of a warehouse that was made of it with no settings at all."""
    folder = tmp_path_factory.mktemp("retail")
    run_pipeline(Settings(warehouse=str(folder / "warehouse")), Request(files=[str(file)]))
    with serving(folder / "warehouse", folder / "server.log") as address:
        yield address


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    """A tab at that server."""
    with visiting(browser, address) as opened:
        yield opened


def test_every_page_tells_what_is_known(visit: Visit) -> None:
    for path, words in _KNOWN.items():
        text = visit.open(path).text
        for each in words:
            assert each in text, (path, each, text[:800])
        # The file names no currency, and nobody.
        for never in ("This part failed", "()", "No name is known"):
            assert never not in text, (path, never)
        main = visit.page.locator('[data-testid="stMain"]')
        assert main.evaluate("main => main.scrollWidth <= main.clientWidth + 1"), f"{path} is wider than its page"


def test_a_customer_is_found_by_the_shop_s_own_number(visit: Visit, file: Path) -> None:
    lines = duckdb.read_parquet(str(file)).filter("CustomerID = 12394")
    [(spent, orders, last)] = lines.aggregate(
        "sum(Quantity * UnitPrice), count(distinct InvoiceNo), max(InvoiceDate)"
    ).fetchall()
    visit.open("customers")
    best = visit.page.get_by_role("table", name="Who spent most")
    best.wait_for()
    heads = best.locator("th").all_inner_texts()
    assert heads[:2] == ["Customer", "Segment"], "no column of names, of which there are none"
    search = visit.page.get_by_label("Search")
    search.fill("12394")
    search.press("Enter")
    visit.page.get_by_role("heading", name="1 found").wait_for()
    visit.settled()
    [row] = visit.rows("Found customers")
    assert row[-2:] == [str(orders), f"{spent:,.0f}"]
    visit.page.get_by_role("link", name=row[0]).click()
    visit.page.get_by_role("heading", name=row[0]).wait_for()
    visit.settled()
    told = visit.rows("Orders and refunds")
    assert sum(Decimal(each[4].replace(",", "")) for each in told) == Decimal(f"{spent:.2f}")
    assert len(told) == orders and told[0][0] == f"{last.day} {last:%B %Y}"
    assert [each[1] for each in visit.rows("Source records")] == ["12394"]


def test_a_segment_is_chosen_and_its_list_taken_along(visit: Visit) -> None:
    visit.open("segments", view="Table")
    table = {row[0]: row for row in visit.rows("Every segment in numbers")}
    assert sum(int(row[1].replace(",", "")) for row in table.values()) == 4_372
    chosen(visit, "Segment", "At Risk")
    assert "segment=At Risk" in visit.query
    assert {row[1] for row in visit.rows("Customers")} == {"At Risk"}
    listed = taken(visit, "members_file")
    assert {row["segment"] for row in listed} == {"At Risk"}
    assert f"{len(listed):,}" == table["At Risk"][1]
    assert f"{sum(Decimal(row['monetary']) for row in listed):,.0f}" == table["At Risk"][3]


def test_the_published_cohort_is_behind_its_cell(visit: Visit, shared_data: Path) -> None:
    [first] = duckdb.read_csv(str(shared_data / "published_cohort_counts.csv"), header=True).limit(1).fetchall()
    visit.open("retention")
    visit.page.locator(".st-key-cohorts_map g.ytick").first.wait_for()
    rows, months = (visit.page.locator(f".st-key-cohorts_map g.{axis}tick").count() for axis in "yx")
    clicked_on(visit, "cohorts_map", 0.5 / months, 0.5 / rows)
    assert "cohort=2010-12" in visit.query and "(month 1)" in visit.query
    # Of 885 customers of December 2010 bought 324 in January 2011.
    assert [int(row[1]) for row in visit.rows("Months of the cohort")][:13] == [int(cell) for cell in first[1:14]]
    assert len(taken(visit, "cohort_customers_file")) == int(first[2]) == 324


def test_the_moves_of_a_month_before(visit: Visit) -> None:
    visit.open("migration")
    slider = visit.page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowLeft")
    visit.page.get_by_role("heading", name="from 1 November 2011 to 1 December 2011").wait_for()
    visit.settled()
    largest = visit.rows("Moves")[0]
    visit.page.get_by_role("table", name="Moves").get_by_role("link").first.click()
    visit.page.get_by_role("heading", name=f"Who went from {largest[0]} to {largest[1]}").wait_for()
    visit.settled()
    assert len(taken(visit, "movers_2011-12-01_file")) == int(largest[2].replace(",", ""))


def test_another_day_is_worked_out_from_the_orders(visit: Visit) -> None:
    """A day of which the history is kept has the segments that are kept, and one between two has others."""
    visit.open("segments", view="Compare")
    kept = _then(visit)
    chosen(visit, "Compare with", "Another day…")
    assert "Choose a day" in visit.text
    visit.page.get_by_test_id("stDateInputField").get_by_role("spinbutton").first.click()
    visit.page.keyboard.type("20111201")
    visit.page.keyboard.press("Escape")
    visit.page.get_by_text("Since 1 December 2011").wait_for()
    visit.settled()
    assert _then(visit) == kept and "day=2011-12-01" in visit.query
    visit.open("segments", view="Compare", **{"with": "Another day…", "day": "2011-09-15"})
    visit.page.get_by_text("Since 15 September 2011").wait_for()
    visit.settled()
    before = _then(visit)
    assert (
        len(before) == 12 and 3_000 < sum(int(customers.replace(",", "")) for customers, _ in before.values()) < 4_000
    )
    assert before != kept and len(taken(visit, "compared_file")) == 12


def _then(visit: Visit) -> dict[str, tuple[str, str]]:
    """Customers and revenue of each segment on the other day."""
    return {row[0]: (row[1], row[4]) for row in visit.rows("Compared with another day")}
