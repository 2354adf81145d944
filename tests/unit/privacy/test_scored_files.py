"""Somebody is found in a scored list by what it calls them, in every format, and nobody by another number in it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from regulars.activate.noting import EXTRACT, SCORE, noted
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.files import write_file
from regulars.engines.journal import FileJournal
from regulars.privacy.made_exports import exports_with, remove_exports
from regulars.privacy.scored_files import scored_files_with
from regulars.privacy.traces import Wanted


@pytest.fixture
def ledger(tmp_path: Path) -> ExportLedger:
    return ExportLedger(FileJournal(tmp_path / "journal.sqlite"))


def scored(ledger: ExportLedger, path: Path, kind: str = SCORE) -> Path:
    rows = pa.table({"customer_id": ["L-17", "zq7", "a@shop.example"], "recency": [44, 9, 3], "segment": ["Lost"] * 3})
    with noted(ledger, path, kind, "ann") as entry:
        entry.rows = write_file(rows.to_reader(), path, path.suffix[1:])
    return path


def someone(*keys: str, email: str = "nobody@shop.example") -> Wanted:
    return Wanted({"key": list(keys), "email": [email]}, [])


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "xlsx"])
def test_whom_the_list_names_is_found_and_nobody_else(ledger: ExportLedger, tmp_path: Path, ending: str) -> None:
    path = scored(ledger, tmp_path / f"list.{ending}")
    for who in (someone("card:l-17"), someone("zq7"), someone(email="a@shop.example")):
        assert [file.path for file in scored_files_with(ledger, who)] == [path], who
    for who in (someone("44"), someone("q7"), someone("l-1"), someone("card:zq"), someone(email="b@shop.example")):
        assert scored_files_with(ledger, who) == [], who


def test_it_goes_as_an_export_does_unless_somebody_changed_it(ledger: ExportLedger, tmp_path: Path) -> None:
    path, changed = scored(ledger, tmp_path / "list.csv"), scored(ledger, tmp_path / "changed.csv")
    changed.write_text(changed.read_text() + "zq9,1,Lost\n")
    other = scored(ledger, tmp_path / "extract.csv", EXTRACT)
    found = exports_with(ledger, someone("zq7"))
    assert (found.untouched, found.changed) == ([path], [changed])
    remove_exports(ledger, [], found)
    assert (path.exists(), changed.exists(), other.exists()) == (False, True, True), "an extract goes by its members"
