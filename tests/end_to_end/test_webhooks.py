"""Whoever delivers may be killed at any moment, and the receiver may fail and dawdle: every event arrives.

The receiver is a process of its own that checks every signature, and knows a batch that comes again by its id.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.end_to_end.receiver import SECRET

from regulars.engines.base import open_engine
from regulars.engines.outbox_batches import Batch
from regulars.engines.outbox_records import OutboxRecords
from regulars.settings import Settings

HERE = Path(__file__).parent
BATCHES, EVENTS, KILLS = 80, 7, 5
PATIENCE = 240.0


@contextmanager
def receiving(folder: Path, *options: str) -> Iterator[str]:
    """A receiver in a process of its own; gives its address."""
    process = subprocess.Popen([sys.executable, HERE / "receiver.py", folder, *options])
    try:
        until = time.monotonic() + 60
        while not (folder / "port").exists():
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        yield f"http://127.0.0.1:{(folder / 'port').read_text()}/hook"
    finally:
        process.kill()
        process.wait()


def received(folder: Path) -> list[dict[str, Any]]:
    file = folder / "received.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def batch(number: int) -> Batch:
    ids = list(range(number * EVENTS, (number + 1) * EVENTS))
    texts = {"event": "moved", "cause": "passing of time", "from_segment": "Loyal", "to_segment": "Lost"}
    columns = {name: [value] * EVENTS for name, value in texts.items()}
    events = pa.table({"customer_id": ids, **columns, "merged_into": pa.nulls(EVENTS, pa.int64())})
    return Batch(f"msg_{number:04}", "crm", "r1", "2026-01-01", "2026-01-02", number, events)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["duckdb", "postgres"])
def test_every_event_arrives_however_often_the_worker_is_killed(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    warehouse = str(tmp_path / "warehouse")
    if kind == "postgres":
        warehouse = request.getfixturevalue("server").new_database()
    engine = open_engine(Settings(warehouse=warehouse))
    engine.prepare()
    outbox = OutboxRecords(engine.journal)
    outbox.register("crm", "r0", "2026-01-01")
    outbox.add(batch(number) for number in range(BATCHES))
    chance = random.Random(7)
    with receiving(tmp_path, "--seed", "3", "--failing", "0.2", "--slow", "0.2", "--seconds", "0.05") as url:
        webhook = {
            **{"url": url, "secret": "env:CRM_SECRET", "allow_private": True},
            **{"timeout_seconds": 0.5, "first_pause_seconds": 0.01},
        }
        environment = {
            **os.environ,
            "CRM_SECRET": SECRET,
            "REGULARS_WAREHOUSE": warehouse,
            "REGULARS_WEBHOOKS": json.dumps({"crm": webhook}),
        }
        until = time.monotonic() + PATIENCE
        for kill in range(KILLS + 1):
            before = len(received(tmp_path))
            # Two at once, of which one has the webhook and the other waits for the lease to end.
            workers = [subprocess.Popen([sys.executable, HERE / "delivering.py"], env=environment) for _ in range(2)]
            try:
                enough = before + chance.randint(2, 9)
                while not _is_done(outbox) and (kill == KILLS or len(received(tmp_path)) < enough):
                    assert time.monotonic() < until, outbox.batches(5).to_pylist()
                    time.sleep(chance.uniform(0.005, 0.02))
            finally:
                for worker in workers:
                    worker.send_signal(signal.SIGKILL)
                    worker.wait()
    requests = received(tmp_path)
    assert all(request["signed"] for request in requests)
    taken = {request["id"]: request["body"] for request in requests if request["status"] == 204}
    events = [event for body in taken.values() for event in body["data"]["events"]]
    assert sorted(event["customer_id"] for event in events) == list(range(BATCHES * EVENTS))
    assert len({event["id"] for event in events}) == BATCHES * EVENTS
    assert all(request["open"] == 1 for request in requests), "two delivered at once"
    contents: dict[str, set[str]] = {}
    for request in requests:
        contents.setdefault(request["id"], set()).add(request["sha256"])
    assert {len(found) for found in contents.values()} == {1}, "the same id was other bytes"
    assert any(request["status"] != 204 for request in requests), "the receiver never failed, so nothing was tried"


def _is_done(outbox: OutboxRecords) -> bool:
    return outbox.counts()["status"].to_pylist() == ["delivered"]
