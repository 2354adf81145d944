"""Dates written in several ways, some of them none: read as what they are, or counted, and traceable to their rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.end_to_end import doors

STAGES = [word for stage in ("land", "resolve", "build", "finish", "check", "publish") for word in ("--stage", stage)]
STYLES = ("%Y-%m-%d", "%d/%m/%Y", "%m-%d-%Y", "%Y/%m/%d %H:%M:%S")
# 2025 is no leap year, months have no 31st of June, and the rest are no dates at all.
NONE_AT_ALL = ("30/02/2025", "31/06/2025", "2025-13-01", "29/02/2025", "soon", "yesterday", "0000-00-00", "12.2025")
ROWS, EVERY = 320, 25


def _file(path: Path, first: int, every: int) -> tuple[dict[str, dt.date], dict[int, str]]:
    """Writes orders whose dates are mixed, each `every`-th of them none; gives the days, and what is none by row."""
    days, wrong = dict[str, dt.date](), dict[int, str]()
    lines = ["order_id,customer_id,ordered_at,amount"]
    for number in range(ROWS):
        day = dt.date(2025, 1, 1) + dt.timedelta(number % 350)
        text = day.strftime(STYLES[number % len(STYLES)])
        if number % every == every - 1:
            text = NONE_AT_ALL[len(wrong) % len(NONE_AT_ALL)]
            wrong[number + 1] = text
        else:
            days[f"o{first + number}"] = day
        lines.append(f"o{first + number},{number % 41},{text},{number}.50")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return days, wrong


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dt.date], dict[int, str]]:
    """A shop of orders with mixed dates of which one in 25 is none, published."""
    folder = tmp_path_factory.mktemp("dates")
    (folder / "regulars.toml").write_text("[identity]\nprobabilistic = false\n", encoding="utf-8")
    days, wrong = _file(folder / "orders.csv", 0, EVERY)
    done = doors.command("run", "orders.csv", *STAGES, folder=folder)
    assert done.exit_code == 0, done.errors
    return folder, days, wrong


def test_mixed_dates_are_read_as_what_they_are(shop: tuple[Path, dict[str, dt.date], dict[int, str]]) -> None:
    folder, days, wrong = shop
    assert len(days) + len(wrong) == ROWS and set(wrong.values()) == set(NONE_AT_ALL)
    assert (
        dict(doors.ask(folder / "warehouse" / "live.duckdb", "select order_id, order_date from marts.fct_orders"))
        == days
    )


def test_dates_that_are_none_are_counted_and_lead_to_their_rows(
    shop: tuple[Path, dict[str, dt.date], dict[int, str]],
) -> None:
    folder, _, wrong = shop
    [told] = [
        check
        for check in doors.command("check", "--json", folder=folder).rows[0]["checks"]
        if check["check_name"] == "nearly_all_dates_are_readable"
    ]
    assert (told["status"], told["failures"], len(wrong)) == ("warn", 12, 12)
    listed = doors.command(*told["rows"].split()[1:], "--json", folder=folder).rows
    assert {row["row_number"]: row["value"] for row in listed} == wrong and len(listed) == len(wrong)
    assert {(row["source"], row["load_id"], row["uri"], row["field"]) for row in listed} == {
        ("orders", 1, "orders.csv", "ordered_at")
    }
    assert all(row["reason"] for row in listed)
    sql = "select row_number, value from rejected_rows where source = 'orders' order by row_number"
    rejected = doors.command("sql", sql, "--json", folder=folder).rows
    assert {row["row_number"]: row["value"] for row in rejected} == wrong


def test_a_run_that_is_held_back_leads_to_its_rows_too(
    shop: tuple[Path, dict[str, dt.date], dict[int, str]],
) -> None:
    folder, days, _ = shop
    _, wrong = _file(folder / "more.csv", ROWS, 2)
    held = doors.command("run", "more.csv", *STAGES, folder=folder)
    assert held.exit_code == 1 and "dates_are_readable" in held.errors
    checked = doors.command("check", folder=folder)
    assert checked.exit_code == 1
    words = ("check", "--rows", "dates_are_readable")
    assert f"Rows: regulars {' '.join(words)}" in checked.output
    listed = doors.command(*words, "--json", folder=folder).rows
    assert [(row["row_number"], row["value"]) for row in listed] == list(wrong.items())
    assert {row["uri"] for row in listed} == {"more.csv"}
    assert len(doors.ask(folder / "warehouse" / "live.duckdb", "select 1 from marts.fct_orders")) == len(days)
