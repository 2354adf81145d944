"""Any past day, asked of what is published: the same as a run of the same files with that as_of, in nobody's way."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock
from tests.end_to_end import doors, growing
from tests.end_to_end.growing import GrowingShop

import regulars as rg
from regulars.pipeline import RunReport

# In the first month, at the end of a month, and in the middle of one.
DAYS = [dt.date(2023, 5, 20), dt.date(2024, 3, 1), dt.date(2024, 8, 17)]
MONTH_ENDS = [dt.date(2023, 6, 1), dt.date(2024, 3, 1), dt.date(2024, 12, 1)]


@pytest.fixture(scope="module")
def runs_as_of(tmp_path_factory: pytest.TempPathFactory) -> dict[dt.date, tuple[GrowingShop, doors.Outcome]]:
    """A warehouse per day, made by one run of all files with that as_of."""
    found = {}
    for day in DAYS:
        shop = GrowingShop(tmp_path_factory.mktemp(f"as-of-{day}"))
        growing.first_delivery(shop)
        growing.second_delivery(shop)
        growing.decide(shop)
        found[day] = shop, shop.run_as_of(day)
    return found


def _everything_in(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def _counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {row["segment"]: row["customers"] for row in rows}


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_day_asked_is_the_same_as_a_run_of_that_day(
    whole_shop: GrowingShop, runs_as_of: dict[dt.date, tuple[GrowingShop, doors.Outcome]], day: dt.date
) -> None:
    _, run = runs_as_of[day]
    assert run.exit_code == 0, run.errors

    asked = whole_shop.command("segments", "--as-of", str(day), "--json")

    assert asked.exit_code == 0, asked.errors
    # Models are fitted by a run; a day that is asked about is told, not foretold from.
    foretold = {"clv", "avg_clv"}
    assert all(row[column] is None for row in asked.rows for column in foretold)
    assert asked.rows == [row | dict.fromkeys(foretold) for row in run.rows]
    assert sum(_counts(asked.rows).values()) > 5


@pytest.mark.parametrize("month_end", MONTH_ENDS, ids=str)
def test_a_month_end_asked_has_the_counts_of_the_history(whole_shop: GrowingShop, month_end: dt.date) -> None:
    history = dict(
        whole_shop.ask(
            "select segment, count(*) from marts.customer_rfm_history"
            f" where is_month_end and as_of = '{month_end}' group by segment"
        )
    )
    asked = rg.Result(whole_shop.settings(), RunReport("", {}, ())).segments(month_end).to_pylist()
    # Of one person nothing is dated: they stand in the base of the day that is asked, and in no month end before it.
    history["Prospect"] = history.get("Prospect", 0) + 1
    assert {segment: customers for segment, customers in _counts(asked).items() if customers} == history


def test_the_published_day_asked_is_what_is_published_without_who_came_after_it(whole_shop: GrowingShop) -> None:
    [(as_of,)] = whole_shop.ask("select distinct as_of from marts.customer_segments")
    published = _counts(whole_shop.command("segments", "--json").rows)
    asked = _counts(whole_shop.command("segments", "--as-of", str(as_of), "--json").rows)
    assert asked == published | {"Prospect": published["Prospect"] - 1}


def test_a_run_that_holds_the_warehouse_is_not_waited_for(whole_shop: GrowingShop) -> None:
    """The lock and the durable file are held here; the question is asked by another process."""
    before = whole_shop.command("segments", "--as-of", str(DAYS[2]), "--json")
    with (
        FileLock(whole_shop.warehouse / "lock", timeout=0),
        duckdb.connect(str(whole_shop.warehouse / "durable.duckdb")),
    ):
        run = whole_shop.command("run", "-q")
        asked = doors.process(
            "segments", "--as-of", str(DAYS[2]), "--json", "--warehouse", "warehouse", folder=whole_shop.folder
        )
    assert (run.exit_code, asked.exit_code) == (4, 0), asked.errors
    assert asked.rows == before.rows


def test_asking_leaves_nothing_behind(whole_shop: GrowingShop) -> None:
    before = _everything_in(whole_shop.folder)
    assert whole_shop.command("segments", "--as-of", str(DAYS[2]), "--json").exit_code == 0
    assert _everything_in(whole_shop.folder) == before
    assert list(whole_shop.warehouse.glob("workbench*")) == []


def test_who_may_only_read_the_warehouse_can_ask_too(
    whole_shop: GrowingShop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Permissions do not bind root, so that the folder cannot be written in is said by `os.access` as well."""
    plain = whole_shop.command("segments", "--as-of", str(DAYS[2]), "--json")
    before = _everything_in(whole_shop.folder)
    monkeypatch.setattr("regulars.engines.duckdb.os.access", _nothing_writable_in(whole_shop.warehouse))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mode = whole_shop.warehouse.stat().st_mode
    whole_shop.warehouse.chmod(0o555)
    try:
        asked = whole_shop.command("segments", "--as-of", str(DAYS[2]), "--json")
    finally:
        whole_shop.warehouse.chmod(mode)
    assert asked.exit_code == 0, asked.errors
    assert asked.rows == plain.rows
    assert _everything_in(whole_shop.folder) == before
    assert list(tmp_path.iterdir()) == []


def _nothing_writable_in(folder: Path) -> Callable[..., bool]:
    plain = os.access

    def access(path: Any, mode: int, **more: Any) -> bool:
        return False if mode == os.W_OK and Path(path) == folder else plain(path, mode, **more)

    return access


@pytest.mark.parametrize("day", ["2023-05-10", "1999-01-01"])
def test_before_the_first_order_there_is_nothing_to_see(whole_shop: GrowingShop, day: str) -> None:
    [(first,)] = whole_shop.ask("select min(order_date) from marts.fct_orders where is_valid")
    asked = whole_shop.command("segments", "--as-of", day, "--json")
    assert (asked.exit_code, asked.output) == (2, "")
    assert f"Nobody had bought anything before {day}. The first valid order is of {first}" in asked.errors


def test_nothing_can_be_asked_before_anything_is_published(tmp_path: Path) -> None:
    shop = GrowingShop(tmp_path)
    asked = shop.command("segments", "--as-of", "2024-03-01")
    assert asked.exit_code == 3
    assert "Nothing is published" in asked.errors
    assert not shop.warehouse.exists()


def test_a_run_of_a_month_end_has_the_history_up_to_it(
    whole_shop: GrowingShop, runs_as_of: dict[dt.date, tuple[GrowingShop, doors.Outcome]]
) -> None:
    """Row by row; but for the person of whom nothing is dated, who stands in a run's own date alone."""
    day = DAYS[1]
    rows = (
        f"select * from marts.customer_rfm_history where as_of <= '{day}' and customer_id not in"
        f" (select customer_id from marts.customer_identity_map where customer_key = '{growing.UNDATED}') order by all"
    )
    then, _ = runs_as_of[day]
    assert then.ids() == whole_shop.ids()
    history = then.ask(rows)
    assert len({row[-1] for row in history}) == 10
    assert history == whole_shop.ask(rows)


def test_todays_base_holds_everybody_and_an_earlier_one_whoever_was_there(
    whole_shop: GrowingShop, runs_as_of: dict[dt.date, tuple[GrowingShop, doors.Outcome]]
) -> None:
    """`p002` signed up on 7 April 2024, `p003` after the newest order, and of `p004` nothing is dated."""
    assert _prospects(whole_shop) == ["p002", "p003", "p004"]
    assert _prospects(runs_as_of[dt.date(2024, 3, 1)][0]) == ["p004"]
    assert _prospects(runs_as_of[dt.date(2024, 8, 17)][0]) == ["p002", "p004"]
    assert whole_shop.ask("select count(*) from marts.customer_segments") == [(len(whole_shop.names()),)]


def test_whoever_nothing_dates_stands_in_no_month_end_of_the_history(whole_shop: GrowingShop) -> None:
    [(as_of,)] = whole_shop.ask("select distinct as_of from marts.customer_segments")
    seen = whole_shop.ask(
        "select customer_key, min(as_of), max(as_of) from marts.customer_rfm_history"
        " inner join marts.customer_identity_map using (customer_id)"
        " where customer_key in ('p002', 'p003', 'p004') group by customer_key order by customer_key"
    )
    assert seen == [("p002", dt.date(2024, 5, 1), as_of), ("p003", as_of, as_of), ("p004", as_of, as_of)]
    moves = whole_shop.ask(
        "select customer_key, event, as_of from marts.segment_events"
        " inner join marts.customer_identity_map using (customer_id) where customer_key in ('p002', 'p003', 'p004')"
    )
    # Of the others nobody can say that they came just now.
    assert moves == [("p002", "entered", dt.date(2024, 5, 1))]


def _prospects(shop: GrowingShop) -> list[str]:
    """Which of the three are in the base as of the shop's own date; nobody of them has bought."""
    found = shop.ask(
        "select customer_key, segment from marts.customer_segments"
        " inner join marts.customer_identity_map using (customer_id)"
        " where customer_key in ('p002', 'p003', 'p004') order by customer_key"
    )
    assert {segment for _, segment in found} == {"Prospect"}
    return [key for key, _ in found]
