"""A file that is no export is entered before it is there, with everyone in it, and its fate afterwards."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from regulars.activate.exports import export_rows
from regulars.activate.made import files_with
from regulars.activate.noting import EXTRACT, REPORT, noted
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.journal import FileJournal
from regulars.errors import WarehouseError


@pytest.fixture
def ledger(tmp_path: Path) -> ExportLedger:
    return ExportLedger(FileJournal(tmp_path / "journal.sqlite"))


def test_everyone_in_its_rows_is_a_member_before_it_has_its_name(ledger: ExportLedger, tmp_path: Path) -> None:
    path = tmp_path / "purchases.csv"
    batches = [pa.record_batch({"customer_id": ids, "n": [1, 2, 3]}) for ids in ([5, 5, 6], [6, None, 9])]
    with noted(ledger, path, EXTRACT, "ann") as entry:
        reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
        entry.rows = export_rows(entry.holding(reader), path)
    for customer_id, has in ((5, True), (6, True), (9, True), (7, False)):
        assert [file.path for file in files_with(ledger, [customer_id])] == [path] * has
    [told] = ledger.every_entry()
    assert (told["format"], told["status"], told["exported"], told["exported_by"]) == ("extract", "done", 6, "ann")
    assert files_with(ledger, [5])[0].is_unchanged


def test_what_failed_has_nobody_and_says_why(ledger: ExportLedger, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), noted(ledger, tmp_path / "report.html", REPORT, "ann") as entry:
        entry.hold([5])
        raise ZeroDivisionError("no")
    assert files_with(ledger, [5]) == []
    assert ledger.every_entry()[0]["error"] == "ZeroDivisionError: no"


def test_who_may_only_read_is_told_that_nobody_will_know_of_it(
    ledger: ExportLedger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise WarehouseError("It cannot be written.")

    monkeypatch.setattr(ExportLedger, "begin", refuse)
    path = tmp_path / "report.html"
    with noted(ledger, path, REPORT, "ann") as entry:
        entry.hold([5])
        path.write_text("page")
    assert f"--exports {path}" in entry.problem and "It cannot be written." in entry.problem
    assert path.read_text() == "page"
