"""Values and tables as people read them, JSON as machines do."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from regulars.terminal import StageWatcher, heading, print_json, print_table, shown


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("customers", 1234567, "1,234,567"),
        ("customer_id", 100000001, "100000001"),
        ("revenue", Decimal("1234.5"), "1,234.50"),
        ("revenue_share", Decimal("0.1234"), "12.3%"),
        ("retention", 0.5, "50.0%"),
        ("is_valid", True, "yes"),
        ("email", None, "–"),
        ("ordered_at", dt.datetime(2025, 1, 31, 9, 30, 15, 123456), "2025-01-31 09:30:15"),
        ("as_of", dt.date(2025, 1, 31), "2025-01-31"),
        ("segment", "At Risk", "At Risk"),
    ],
)
def test_a_value_is_shown_as_people_read_it(name: str, value: Any, text: str) -> None:
    assert shown(name, value) == text


def test_a_heading_is_words() -> None:
    assert (heading("revenue_share"), heading("customer_id")) == ("Revenue share", "Customer ID")


def test_a_table_shows_its_columns_in_order_and_takes_brackets_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(pa.table({"name": ["[bold]Ann[/]"], "orders": [1200], "city": ["Bath"]}), columns=("orders", "name"))
    out = capsys.readouterr().out
    assert out.index("Orders") < out.index("Name")
    assert "1,200" in out and "[bold]Ann[/]" in out and "Bath" not in out


def test_json_keeps_money_exact(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([{"name": "Zoë", "spent": Decimal("10.10"), "day": dt.date(2025, 1, 31)}])
    out = capsys.readouterr().out
    assert json.loads(out) == [{"name": "Zoë", "spent": "10.10", "day": "2025-01-31"}]
    assert "Zoë" in out


def test_a_quiet_watcher_says_nothing_and_another_one_speaks_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    for quiet in (True, False):
        watcher = StageWatcher(quiet=quiet)
        watcher.stage_started("land", "read")
        watcher.progress("half")
        watcher.note("a new column")
        watcher.stage_finished("land", "3 rows [all]", 1.26)
        watcher.stop()
        out, err = capsys.readouterr()
        assert out == ""
        assert (err == "") is quiet
    assert "3 rows [all]  1.3 s" in err and "a new column" in err
