"""Data: every table looked into and searched, and a run that is started and watched until its tables are there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.dashboard.hands import taken
from tests.dashboard.visiting import Visit, visiting
from tests.servers_browser import TABLET, serving

# What a run without the stages after `build`, or on too little history, has nothing in.
_LEARNED = (
    "learned.cluster_profiles",
    "learned.cluster_search",
    "learned.customer_clusters",
    "marts.customer_clv",
    "learned.sales_forecast",
    "learned.model_validation",
    "marts.model_validation",
    "marts.model_calibration",
    "marts.sales_forecast",
    "marts.customer_health",
    "marts.cohort_retention",
    "marts.segment_migration",
    "ops.checks",
)


def test_the_parts_tell_what_the_run_told(visit: Visit) -> None:
    visit.open("data")
    assert [row[:2] for row in visit.rows("Stages")] == [
        [stage, "✓ done"] for stage in ("land", "resolve", "build", "learn", "finish", "check", "publish")
    ]
    visit.page.get_by_role("radio", name="Checks").click()
    visit.settled()
    # One in twenty of the shop's e-mails is malformed, and stands first.
    warned, *others = visit.rows("Checks")
    assert warned[:2] == ["! warned", "nearly all emails are well formed"]
    assert {row[0] for row in others} == {"✓ passed"}
    visit.page.get_by_role("radio", name="Freshness").click()
    visit.settled()
    assert {row[0] for row in visit.rows("Sources")} == {"customers", "orders"}
    assert "No row is unaccounted for." in visit.text
    visit.page.get_by_role("radio", name="Rejected rows").click()
    visit.settled()
    visit.page.get_by_text("No row was rejected").wait_for()


def test_a_table_is_searched_and_its_file_has_what_was_found(visit: Visit) -> None:
    visit.open("data", part="Tables")
    email = visit.rows("Rows of marts.customer_360")[0][4]
    visit.page.get_by_role("textbox", name="Search").fill(email.upper())
    visit.page.get_by_role("textbox", name="Search").press("Enter")
    visit.settled()
    found = visit.rows("Rows of marts.customer_360")
    assert {row[4] for row in found} == {email}
    assert len(taken(visit, "preview_file")) == len(found)
    counts = {row[0]: row[1].replace(",", "") for row in visit.rows("Tables of marts")}
    assert int(counts["customer_360"]) > 200 and counts["dim_customers"] == "–"
    visit.page.get_by_role("table", name="Tables of marts").get_by_role("link", name="segment_metrics").click()
    visit.page.get_by_role("table", name="Rows of marts.segment_metrics").wait_for()
    visit.settled()
    assert len(visit.rows("Rows of marts.segment_metrics")) == 12


@pytest.fixture(scope="module")
def lacking_server(demo_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the same shop whose learned tables and some others are empty; runs may be started on it."""
    folder = tmp_path_factory.mktemp("lacking")
    warehouse = folder / "warehouse"
    shutil.copytree(demo_shop, warehouse)
    with duckdb.connect(str(warehouse / "live.duckdb")) as live:
        for table in _LEARNED:
            live.execute(f"delete from {table}")
    with serving(warehouse, folder / "server.log") as address:
        yield address


@pytest.fixture
def lacking(browser: Any, lacking_server: str) -> Iterator[Visit]:
    """A tab at that server, on a tablet in the dark."""
    with visiting(browser, lacking_server, TABLET, "dark") as opened:
        yield opened


def test_pages_without_their_tables_say_which_command_makes_them(lacking: Visit) -> None:
    for path, words in (
        ("clusters", "There are no clusters"),
        ("value", "Nothing is foretold"),
        ("retention", "There are no cohorts"),
        ("migration", "There is no history of segments"),
        ("health", "Nobody has a health score"),
        ("forecast", "The days ahead are not foretold"),
        ("data?part=Checks", "kept no checks"),
    ):
        lacking.open(path)
        assert words in lacking.text and "regulars run" in lacking.text, path
        assert "This part failed" not in lacking.text, path
        assert not lacking.barriers(), path


def test_a_run_is_started_and_watched_until_another_build_is_live(lacking: Visit) -> None:
    lacking.open("data")
    before = lacking.rows("Runs")[0][0]
    lacking.page.get_by_role("button", name="Start a run").click()
    running = lacking.page.get_by_role("table", name="Runs").get_by_text("… running")
    running.wait_for()
    assert lacking.rows("Runs")[0][0] != before
    # It changes by itself: nothing is clicked or loaded until the run is done.
    running.wait_for(state="detached", timeout=300_000)
    lacking.settled()
    assert lacking.rows("Runs")[0][2] == "✓ done"
    assert lacking.rows("Stages")[-1][:2] == ["publish", "✓ done"]
    lacking.open("clusters")
    assert len(lacking.rows("Clusters")) >= 2
