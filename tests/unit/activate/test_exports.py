"""Exports hold the customers asked for, in the format asked for, or are not there at all."""

from __future__ import annotations

from pathlib import Path

import pyarrow.csv as pacsv
import pytest
from tests.unit.conftest import Published

from regulars.activate.exports import export
from regulars.errors import InputError


def test_everyone_is_written_by_default_best_known_id_first(published: Published, tmp_path: Path) -> None:
    assert export(published.queries, tmp_path / "all.csv") == 5
    ids = pacsv.read_csv(tmp_path / "all.csv").column("customer_id").to_pylist()
    assert ids == sorted(ids)


def test_only_the_segments_and_columns_asked_for_are_written(published: Published, tmp_path: Path) -> None:
    rows = export(published.queries, tmp_path / "p.csv", segments=["Prospect"], columns=["full_name", "segment"])
    assert rows == 1
    assert pacsv.read_csv(tmp_path / "p.csv").to_pylist() == [{"full_name": "Dot Orr", "segment": "Prospect"}]


def test_a_segment_nobody_is_in_makes_a_file_with_a_header(published: Published, tmp_path: Path) -> None:
    empty = next(row["segment"] for row in published.queries.segments().to_pylist() if row["customers"] == 0)
    assert export(published.queries, tmp_path / "none.csv", segments=[empty], columns=["email"]) == 0
    assert (tmp_path / "none.csv").read_text().strip() == "email"


def test_the_format_may_be_named_when_the_ending_does_not_say_it(published: Published, tmp_path: Path) -> None:
    assert export(published.queries, tmp_path / "list.txt", kind="CSV") == 5
    with pytest.raises(InputError, match=r"`txt` is no format of exports\. Choose one of: csv"):
        export(published.queries, tmp_path / "other.txt")


def test_an_unknown_segment_leaves_no_file(published: Published, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no segment"):
        export(published.queries, tmp_path / "x.csv", segments=["Nobody"])
    assert list(tmp_path.iterdir()) == []
