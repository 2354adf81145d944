"""`regulars extract` counts and writes customers with purchases, customers without, and purchases of no customer."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.conftest import Published
from typer.testing import CliRunner

from regulars.cli import app
from regulars.errors import InputError


def _extract(published: Published, *words: str) -> str:
    told = CliRunner().invoke(app, ["extract", *words, "--warehouse", published.settings.warehouse])
    if told.exception is not None:
        raise told.exception
    return told.stdout


def test_all_sides_are_counted(published: Published) -> None:
    rows = json.loads(_extract(published, "--json"))
    assert [(row["found_in"], row["people"], row["purchases"], Decimal(str(row["amount"]))) for row in rows] == [
        ("both", 3, 30, Decimal("750.00")),  # 10.50 to 39.50
        ("customers", 1, 0, Decimal("0.00")),
        ("purchases", 1, 1, Decimal("99.00")),
    ]
    assert "purchases without a customer record" in _extract(published)


def test_the_rows_are_written_customer_by_customer(published: Published, tmp_path: Path) -> None:
    _extract(published, str(tmp_path / "all.csv"))
    with (tmp_path / "all.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 32
    assert [row["customer_id"] for row in rows] == sorted(row["customer_id"] for row in rows)
    [alone] = [row for row in rows if row["found_in"] == "customers"]
    assert (alone["full_name"], alone["mobile"], alone["order_key"]) == ("Dot Orr", "+442079460005", "")
    [stranger] = [row for row in rows if row["found_in"] == "purchases"]
    assert (stranger["email"], stranger["order_id"], stranger["customer_records"]) == ("gus@example.org", "g1", "0")
    assert {row["customer_records"] for row in rows if row["email"] == "ann@example.org"} == {"2"}


def test_only_the_sides_asked_for_are_written(published: Published, tmp_path: Path) -> None:
    file = tmp_path / "some.csv"
    _extract(published, str(file), "--found-in", "customers", "--found-in", "purchases")
    with file.open(newline="") as lines:
        assert sorted(row["found_in"] for row in csv.DictReader(lines)) == ["customers", "purchases"]
    with pytest.raises(InputError, match=r"Nothing is found in `nobody`\. Choose of: both, customers, purchases"):
        _extract(published, str(tmp_path / "none.csv"), "--found-in", "nobody")
    with pytest.raises(InputError, match="`txt` is no format of exports"):
        _extract(published, str(tmp_path / "none.txt"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["some.csv"]
