"""Runs that failed: what failed, what is shown instead and which command helps, with an older state live and without.

The checks stop a run whose source is too old; a file that cannot be read stops one before anything is there.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.dashboard.hands import taken
from tests.dashboard.visiting import Visit, visiting
from tests.servers_browser import serving

from regulars.errors import RegularsError
from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings

# All but `learn`, which takes longest and of which nothing is asked here.
_STAGES = ("land", "resolve", "build", "finish", "check", "publish")
_ORDERS = "order_id,customer_id,ordered_at,amount\n" + "".join(
    f"o{n},{n % 7},2025-01-{n % 28 + 1:02} 10:00:00,{n + 1}.00\n" for n in range(60)
)


def _run(folder: Path, **limits: str) -> None:
    settings = Settings(
        warehouse=str(folder / "warehouse"),
        identity={"probabilistic": False},
        sources={"orders": {"path": str(folder / "orders*.csv"), **limits}},
    )
    run_pipeline(settings, Request(stages=_STAGES))


def _run_is_held(folder: Path) -> None:
    with pytest.raises(RegularsError, match="freshness_of_orders"):
        _run(folder, warn_after="2 days", error_after="1 week")


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A shop that went live once, and whose next run the checks have stopped: its folder and its server."""
    folder = tmp_path_factory.mktemp("held")
    (folder / "orders1.csv").write_text(_ORDERS)
    _run(folder)
    _run_is_held(folder)
    with serving(folder / "warehouse", folder / "server.log") as address:
        yield folder, address


@pytest.fixture
def visit(browser: Any, held: tuple[Path, str]) -> Iterator[Visit]:
    """A tab at that server."""
    with visiting(browser, held[1]) as opened:
        yield opened


def test_the_overview_says_what_failed_and_what_is_shown_instead(visit: Visit) -> None:
    text = visit.open().text
    for words in (
        "The last run failed on",
        "in its stage check",
        "What is shown is the state before it: data through 28 January 2025.",
        "orders is known through 2025-01-29",
        "See why orders delivers nothing new: regulars sources list",
        "Then regulars run again.",
        "regulars run --allow freshness_of_orders",
        "regulars status",
    ):
        assert words in text, words
    # And the older state is there, whole.
    assert "What to do next" in text and "1,830" in text
    assert "The last run failed" in visit.page.locator('[data-testid="stSidebar"]').inner_text()
    assert visit.barriers() == []
    visit.page.get_by_role("link", name="All about the run, stage by stage").click()
    visit.page.get_by_role("heading", level=1, name="Data").wait_for()
    visit.settled()
    assert [row[:2] for row in visit.rows("Stages")][-2:] == [["finish", "✓ done"], ["check", "✗ failed"]]
    assert "4 stages done, check failed" in visit.text


def test_the_data_page_tells_each_finding_and_what_to_do_about_it(visit: Visit) -> None:
    visit.open("data")
    assert "what is shown is the state before it" in visit.text and "`" not in visit.rows("Stages")[0][3]
    assert [row[2] for row in visit.rows("Runs")] == ["✗ failed", "✓ done"]
    visit.page.get_by_role("link", name="What the checks found").click()
    visit.page.get_by_role("heading", name="What keeps the newest run from being published").wait_for()
    visit.settled()
    [row] = visit.rows("What stops the newest run")
    assert row[0] == "freshness_of_orders" and row[-1] == "regulars run --allow freshness_of_orders"
    assert "regulars sources list says when it last did" in row[-2]
    [told] = taken(visit, "findings_file")
    assert told["check_name"] == "freshness_of_orders" and told["allowed_by"] == row[-1]
    # Below stands what the published run was checked for, and that one passed.
    assert "All checks passed" in visit.text and {each[0] for each in visit.rows("Checks")} == {"✓ passed"}
    assert visit.barriers() == []


def test_no_limit_is_not_late(visit: Visit) -> None:
    visit.open("data", part="Freshness")
    assert "No limit is set" in visit.text and "Late" not in visit.text
    assert visit.rows("Freshness")[0][:2] == ["orders", "no limit"]


def test_a_run_that_was_broken_off_is_told_as_well(visit: Visit, held: tuple[Path, str]) -> None:
    # The journal as a process leaves it that is gone without a word.
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with sqlite3.connect(held[0] / "warehouse" / "journal.sqlite") as journal:
        changed = journal.execute(
            "update runs set status = 'running', finished_at = null, error = null, process_id = ?"
            " where status = 'failed'",
            (gone.pid,),
        )
        assert changed.rowcount == 1
    text = visit.open().text
    assert "was broken off." in text and "data through 28 January 2025" in text
    assert "regulars run again: what was landed is kept" in text
    assert "The last run was interrupted" in visit.open("data").text


def test_runs_that_failed_before_anything_was_published(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "orders1.csv").write_text("a,b\n1,2\n")
    with pytest.raises(RegularsError, match="customer_id"):
        _run(tmp_path)
    with (
        serving(tmp_path / "warehouse", tmp_path / "server.log") as address,
        visiting(browser, address) as visit,
    ):
        text = visit.open().text
        for words in (
            "in its stage land",
            "Column customer_id is missing from orders1.csv",
            "Nothing is published yet",
        ):
            assert words in text, words
        assert "the state before" not in text and "regulars run again" in text
        assert "nothing is published yet" in visit.page.locator('[data-testid="stSidebar"]').inner_text()

        (tmp_path / "orders1.csv").write_text(_ORDERS)
        _run_is_held(tmp_path)
        text = visit.open("segments").text
        assert "in its stage check" in text and "regulars run --allow freshness_of_orders" in text
        assert "Nothing is published yet" in text and visit.barriers() == []
        visit.open("data", part="Checks")
        assert visit.rows("What stops the newest run")[0][0] == "freshness_of_orders"
