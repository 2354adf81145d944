"""What left the warehouse is noted before it leaves, with everyone in it, on both engines alike."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.export_ledger import MEMBERS, Export, ExportLedger, Outcome
from regulars.engines.postgres import PostgresEngine

SPRING = Export(
    name="spring",
    format="meta",
    path="/somewhere/spring.csv",
    exported_by="ann",
    run_id="r1",
    as_of="2026-01-01",
    selection={"segments": ["Champions"]},
    consent="explicit",
    control_share=0.1,
    seed="spring",
)


@pytest.fixture(params=["duckdb", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> ExportLedger:
    """A ledger of a warehouse in which nothing was ever prepared, but on PostgreSQL the database itself."""
    if request.param == "duckdb":
        folder = tmp_path / "warehouse"
        folder.mkdir()
        return ExportLedger(DuckDBEngine(folder).journal)
    return ExportLedger(PostgresEngine(request.getfixturevalue("database")).journal)


def members(ids: list[int], held_back: set[int] = frozenset()) -> pa.Table:  # type: ignore[assignment]
    return pa.table([ids, [one in held_back for one in ids]], schema=MEMBERS)


def test_an_export_is_known_from_its_beginning_to_its_end(ledger: ExportLedger) -> None:
    assert ledger.entries().num_rows == 0
    export_id = ledger.begin(SPRING)
    [begun] = ledger.entries().to_pylist()
    assert (begun["export_id"], begun["status"], begun["finished_at"]) == (export_id, "writing", None)
    assert ledger.find("spring") is None, "it may be whole or absent: nobody measures it"
    ledger.finish(export_id, Outcome(90, 10, {"no consent": 4}, 1234, "ab" * 32))
    done = ledger.find("spring")
    assert done == ledger.find(export_id)
    assert done is not None
    assert (done["status"], done["exported"], done["held_back"], done["bytes"]) == ("done", 90, 10, 1234)
    assert (done["selection"], done["left_out"]) == ('{"segments": ["Champions"]}', '{"no consent": 4}')
    assert done["control_share"] == 0.1


def test_an_export_whose_process_is_gone_is_said_to_be_broken_off(
    ledger: ExportLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.engines.export_ledger.mark", lambda: "999999999-abcd")
    gone = ledger.begin(SPRING)
    ledger.add_members(gone, 0, members([3, 5]))
    monkeypatch.undo()
    here = ledger.begin(SPRING)
    monkeypatch.setattr("regulars.engines.export_ledger.machine", lambda: "elsewhere")
    monkeypatch.setattr("regulars.engines.export_ledger.mark", lambda: "999999999-abcd")
    away = ledger.begin(SPRING)
    monkeypatch.undo()
    found = {entry["export_id"]: entry for entry in ledger.every_entry()}
    assert found[gone]["status"] == "interrupted" and "ended without a word" in found[gone]["error"]
    assert found[here]["status"] == found[away]["status"] == "writing", (
        "this process lives; of that machine nothing is known"
    )
    assert list(ledger.with_customer(5)) == [gone], "the file may be whole"
    assert ledger.find("spring") is None


def test_the_newest_export_of_a_name_is_the_one_that_is_meant(ledger: ExportLedger) -> None:
    ids = []
    for _ in range(3):
        ids.append(ledger.begin(SPRING))
        time.sleep(0.002)  # moments of the ledger are milliseconds
    for export_id in ids[:2]:
        ledger.finish(export_id, Outcome(1, 0, {}, 1, ""))
    ledger.fail(ids[2], "the disk is full")
    found = ledger.find("spring")
    assert found is not None and found["export_id"] == ids[1]
    assert {entry["export_id"] for entry in ledger.entries().to_pylist()} == set(ids)


def test_members_come_back_as_they_were_and_are_found_by_their_id(ledger: ExportLedger) -> None:
    first, second = ledger.begin(SPRING), ledger.begin(SPRING)
    ledger.add_members(first, 0, members([3, 5, 9], {5}))
    ledger.add_members(first, 1, members([11, 2**40]))
    ledger.add_members(second, 0, members([4, 9]))
    back = pa.concat_tables(ledger.members(first))
    assert back.to_pylist() == [{"customer_id": one, "is_held_back": one == 5} for one in (3, 5, 9, 11, 2**40)]
    assert ledger.with_customer(9) == {first: False, second: False}
    assert ledger.with_customer(5) == {first: True}, "who was held back is a member, and in no file"
    assert ledger.with_customer(2**40) == {first: False}
    assert ledger.with_customer(4) == {second: False}
    assert ledger.with_customer(7) == {}


def test_a_forgotten_customer_is_a_member_of_nothing_and_the_others_stay(ledger: ExportLedger) -> None:
    export_id = ledger.begin(SPRING)
    ledger.add_members(export_id, 0, members([3, 5, 9], {5}))
    ledger.add_members(export_id, 1, members([20]))
    assert [ledger.forget(5), ledger.forget(20), ledger.forget(6)] == [1, 1, 0]
    assert [ledger.with_customer(one) for one in (5, 20)] == [{}, {}]
    assert pa.concat_tables(ledger.members(export_id))["customer_id"].to_pylist() == [3, 9]


def test_an_export_that_failed_has_no_members(ledger: ExportLedger) -> None:
    export_id = ledger.begin(SPRING)
    ledger.add_members(export_id, 0, members([3]))
    ledger.fail(export_id, "no room")
    assert list(ledger.members(export_id)) == []
    assert ledger.entries().to_pylist()[0]["error"] == "no room"


def test_a_million_members_take_little_room(tmp_path: Path) -> None:
    ledger = ExportLedger(DuckDBEngine(tmp_path).journal)
    export_id = ledger.begin(SPRING)
    ids = 100_000_000 + np.cumsum(np.random.default_rng(1).integers(1, 4, 1_000_000))
    held = np.random.default_rng(2).random(1_000_000) < 0.1
    ledger.add_members(export_id, 0, pa.table([ids, held], schema=MEMBERS))
    assert (tmp_path / "journal.sqlite").stat().st_size < 1_500_000
    [back] = ledger.members(export_id)
    assert back["customer_id"].to_pylist() == ids.tolist()
    assert back["is_held_back"].to_pylist() == held.tolist()
