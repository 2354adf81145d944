"""Nobody hears of a customer's moves in another order than they happened, and a dead worker holds nobody up."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from regulars.engines import outbox_turns
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.outbox_batches import Batch
from regulars.engines.outbox_records import OutboxRecords
from regulars.engines.outbox_turns import new_worker
from regulars.engines.postgres import PostgresEngine


@pytest.fixture(params=["duckdb", "postgres"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> OutboxRecords:
    if request.param == "duckdb":
        records = OutboxRecords(DuckDBEngine(tmp_path / "warehouse").journal)
    else:
        records = OutboxRecords(PostgresEngine(request.getfixturevalue("database")).journal)
    records.register("crm", "r0", "2026-01-01")
    return records


def batch(run: str, number: int) -> Batch:
    events = pa.table({"customer_id": pa.array([number], pa.int64()), "event": ["moved"]})
    return Batch(f"{run}_{number}", "crm", run, "2026-01-01", "2026-01-02", number, events)


def due(outbox: OutboxRecords) -> list[str]:
    return [waiting.batch_id for waiting in outbox.due("crm", 9)]


def test_a_later_publication_waits_until_nothing_of_an_earlier_one_does(outbox: OutboxRecords) -> None:
    outbox.add([batch("r1", 1), batch("r1", 2)])
    outbox.add([batch("r2", 1)])
    assert due(outbox) == ["r1_1", "r1_2"]
    first, second = outbox.due("crm", 9)
    outbox.take("crm", "mine", 30)
    later = outbox.now() + dt.timedelta(hours=1)
    outbox.failed("crm", "mine", first, answer=400, error="400", due_at=later, paused_until=outbox.now())
    assert due(outbox) == ["r1_2"], "its neighbours have other customers and go on"
    outbox.delivered("crm", "mine", second, 204, 30)
    assert due(outbox) == [] and outbox.next_turn("crm") == later, "and the next publication waits for it"
    outbox.failed("crm", "mine", first, answer=400, error="400", due_at=None, paused_until=outbox.now())
    assert due(outbox) == ["r2_1"], "until it is given up"


def test_a_worker_whose_process_is_gone_holds_no_webhook(outbox: OutboxRecords) -> None:
    asked = "from regulars.engines.outbox_turns import new_worker; print(new_worker(), flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", asked], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    theirs = other.stdout.readline().strip()
    assert outbox.take("crm", theirs, 600)
    assert not outbox.take("crm", new_worker(), 30), "it lives"
    other.kill()
    other.wait()
    mine = new_worker()
    assert outbox.take("crm", mine, 30)
    assert not outbox.take("crm", new_worker(), 30), "another worker of this process is none that died"
    outbox.release("crm", theirs)
    assert not outbox.take("crm", new_worker(), 30), "the dead cannot give away what is mine"


def test_of_a_process_elsewhere_nothing_is_known(outbox: OutboxRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outbox.take("crm", "elsewhere/1/2:999999999-abcdef01:0", 600)
    assert not outbox.take("crm", new_worker(), 30)
    outbox.release("crm", "elsewhere/1/2:999999999-abcdef01:0")
    monkeypatch.setattr(outbox_turns, "place", lambda: "")
    assert outbox.take("crm", ":999999999-abcdef01:0", 600)
    assert not outbox.take("crm", new_worker(), 30), "where the system does not tell, the lease ends by itself"
