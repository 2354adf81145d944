"""The receiver of webhooks as tests see it: started in a process of its own, what it took, and what must be true."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from tests.end_to_end.receiver import SECRET

from regulars.engines.outbox_batches import Batch

EVENTS = 7


@contextmanager
def receiving(folder: Path, *options: str) -> Iterator[str]:
    """A receiver in a process of its own; gives its address."""
    process = subprocess.Popen([sys.executable, Path(__file__).with_name("receiver.py"), folder, *options])
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
    """Every request that it answered or wanted to."""
    file = folder / "received.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def to_receiver(url: str, **settings: Any) -> dict[str, str]:
    """The variables by which a process finds the receiver."""
    webhook = {"url": url, "secret": "env:CRM_SECRET", "allow_private": True, **settings}
    return {"CRM_SECRET": SECRET, "REGULARS_WEBHOOKS": json.dumps({"crm": webhook})}


def batch(number: int, run_id: str = "r1") -> Batch:
    """Events of customers that no other batch has."""
    ids = list(range(number * EVENTS, (number + 1) * EVENTS))
    texts = {"event": "moved", "cause": "passing of time", "from_segment": "Loyal", "to_segment": "Lost"}
    columns = {name: [value] * EVENTS for name, value in texts.items()}
    events = pa.table({"customer_id": ids, **columns, "merged_into": pa.nulls(EVENTS, pa.int64())})
    return Batch(f"msg_{number:04}", "crm", run_id, "2026-01-01", "2026-01-02", number, events)


def assert_each_arrived(requests: list[dict[str, Any]], batches: int) -> None:
    """Every event of so many batches was taken, by its id once, signed, one request after the other."""
    assert all(request["signed"] for request in requests)
    taken = {request["id"]: request["body"] for request in requests if request["status"] == 204}
    events = [event for body in taken.values() for event in body["data"]["events"]]
    assert sorted(event["customer_id"] for event in events) == list(range(batches * EVENTS))
    assert len({event["id"] for event in events}) == batches * EVENTS
    assert all(request["open"] == 1 for request in requests), "two delivered at once"
    contents: dict[str, set[str]] = {}
    for request in requests:
        contents.setdefault(request["id"], set()).add(request["sha256"])
    assert {len(found) for found in contents.values()} == {1}, "the same id was other bytes"
