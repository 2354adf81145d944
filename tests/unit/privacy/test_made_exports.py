"""Of what exports wrote, what an erased person is in goes, what somebody else made stays, and nothing is guessed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pytest

from regulars.activate.exporting import file_hash
from regulars.activate.made import files_with, made_files
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.export_ledger import MEMBERS, Export, ExportLedger, Outcome
from regulars.engines.files import under_way
from regulars.errors import LockedError
from regulars.privacy.made_exports import MadeExports, exports_with, remove_exports
from regulars.privacy.traces import Wanted

ANNA, BOB, HELD_BACK = 1, 2, 3


@pytest.fixture
def ledger(tmp_path: Path) -> ExportLedger:
    return ExportLedger(DuckDBEngine(tmp_path / "warehouse").journal)


def export(ledger: ExportLedger, path: Path, *ids: int, ends: bool = True) -> str:
    """An export of some customers, as far as it came; HELD_BACK is held back."""
    export_id = ledger.begin(Export(name=path.stem, format="csv", path=str(path), exported_by="ann"))
    ledger.add_members(export_id, 0, pa.table([ids, [one == HELD_BACK for one in ids]], schema=MEMBERS))
    path.write_text("".join(f"{one}\n" for one in ids if one != HELD_BACK))
    if ends:
        ledger.finish(export_id, Outcome(len(ids), 0, {}, 1, file_hash(path)))
    return export_id


def remove(ledger: ExportLedger, *ids: int) -> list[str]:
    return remove_exports(ledger, ids, exports_with(ledger, Wanted({}, list(ids))))


def test_files_with_them_go_and_others_stay(ledger: ExportLedger, tmp_path: Path) -> None:
    export(ledger, tmp_path / "both.csv", ANNA, BOB)
    export(ledger, tmp_path / "other.csv", BOB)
    held = export(ledger, tmp_path / "control.csv", BOB, HELD_BACK)
    assert [file.name for file in files_with(ledger, [ANNA, HELD_BACK])] == ["both"]
    notes = remove(ledger, ANNA, HELD_BACK)
    assert notes == [f"removed {tmp_path / 'both.csv'}, an export with them or a part of one"]
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["control.csv", "other.csv"]
    assert [ledger.with_customer(one) for one in (ANNA, HELD_BACK)] == [{}, {}]
    assert len(ledger.with_customer(BOB)) == 3, "lists can still be measured"
    assert [len(part) for part in ledger.members(held)] == [1]
    assert remove(ledger, ANNA, HELD_BACK) == []


def test_a_later_export_without_them_stays(ledger: ExportLedger, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    export(ledger, path, ANNA, BOB)
    export(ledger, path, BOB)
    assert exports_with(ledger, Wanted({}, [ANNA])) == MadeExports([], [], [], [])
    assert remove(ledger, ANNA) == [] and path.exists()
    assert ledger.with_customer(ANNA) == {}


def test_what_somebody_changed_is_theirs(ledger: ExportLedger, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    export(ledger, path, ANNA)
    path.write_text("my own\n")
    assert exports_with(ledger, Wanted({}, [ANNA])).changed == [path]
    [note] = remove(ledger, ANNA)
    assert "left as it is" in note and path.read_text() == "my own\n"


def test_what_is_gone_is_said(ledger: ExportLedger, tmp_path: Path) -> None:
    export(ledger, tmp_path / "list.csv", ANNA)
    (tmp_path / "list.csv").unlink()
    [note] = remove(ledger, ANNA)
    assert "lies there no more" in note


def test_an_export_that_was_killed_after_its_file_had_its_name_is_known_by_its_members(
    ledger: ExportLedger, tmp_path: Path
) -> None:
    export(ledger, tmp_path / "killed.csv", ANNA, ends=False)
    mine = tmp_path / "mine.csv"
    export(ledger, mine, ANNA, ends=False)
    # Killed before: what lies there is older than the export, and somebody's own.
    os.utime(mine, (1e9, 1e9))
    remove(ledger, ANNA)
    assert [file.name for file in tmp_path.glob("*.csv")] == ["mine.csv"]


def test_what_was_left_half_way_goes_whoever_is_in_it(ledger: ExportLedger, tmp_path: Path) -> None:
    export(ledger, tmp_path / "list.csv", BOB)
    half = tmp_path / ".list.csv.999999999-0123abcd.half"
    parts = tmp_path / ".list.csv.999999999-0123abcd0.half"
    half.write_text("anna@shop.example")
    parts.mkdir()
    (parts / "part").write_text("anna@shop.example")
    assert len(remove(ledger, ANNA)) == 2
    assert not half.exists() and not parts.exists() and (tmp_path / "list.csv").exists()


def test_while_an_export_is_being_written_nobody_is_said_to_be_in_none(ledger: ExportLedger, tmp_path: Path) -> None:
    export(ledger, tmp_path / "list.csv", ANNA)
    with under_way(tmp_path / "list.csv") as half, pytest.raises(LockedError, match=r"is being written.*--resume"):
        half.write_text("")
        remove(ledger, ANNA)
    assert (tmp_path / "list.csv").exists() and ledger.with_customer(ANNA), "it can be done again"


def test_a_folder_for_bi_goes_as_a_whole(ledger: ExportLedger, tmp_path: Path) -> None:
    folder = tmp_path / "bi"
    folder.mkdir()
    (folder / "star.json").write_text(json.dumps({"tables": []}))
    (folder / "dim_customers.csv").write_text("1\n")
    export_id = ledger.begin(Export(name="bi", format="bi", path=str(folder), exported_by="ann"))
    ledger.add_members(export_id, 0, pa.table([[ANNA], [False]], schema=MEMBERS))
    ledger.finish(export_id, Outcome(1, 0, {}, 1, file_hash(folder / "star.json")))
    [made] = made_files(ledger)
    assert made.is_there and made.is_unchanged
    remove(ledger, ANNA)
    assert not folder.exists()
