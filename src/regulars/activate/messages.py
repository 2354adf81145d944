"""What is posted: a batch of events as JSON, the same bytes in every try."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa

from regulars.engines.outbox_batches import Waiting
from regulars.serve.changes import EVENT_COLUMNS

TYPE = "segment.events"
TEST_TYPE = "segment.test"


def body_of(batch: Waiting) -> bytes:
    """The JSON of a batch."""
    return written(
        TYPE,
        batch.made_at,
        {
            "batch_id": batch.batch_id,
            "run_id": batch.run_id,
            "from_as_of": batch.from_as_of,
            "as_of": batch.as_of,
            "events": events_of(batch.run_id, batch.events),
        },
    )


def events_of(run_id: str, events: pa.Table) -> list[dict[str, Any]]:
    """The events of a batch, at most as many as go into one request, each with an id of its own."""
    extra = [name for name in events.column_names if name not in EVENT_COLUMNS]
    found = []
    for row in events.to_pylist():
        event = {name: row[name] for name in EVENT_COLUMNS if name != "merged_into" or row[name] is not None}
        fields = {"fields": {name: row[name] for name in extra}} if extra else {}
        found.append({"id": event_id(run_id, row["customer_id"]), **event, **fields})
    return found


def event_id(run_id: str, customer_id: int) -> str:
    """By what a receiver knows an event again: one publication moves a customer once."""
    return f"evt_{hashlib.sha256(f'{run_id}:{customer_id}'.encode()).hexdigest()[:27]}"


def written(kind: str, moment: dt.datetime, data: dict[str, Any]) -> bytes:
    """A message in the form that Standard Webhooks recommends: type, timestamp, data."""
    message = {"type": kind, "timestamp": f"{moment.isoformat(timespec='milliseconds')}Z", "data": data}
    return json.dumps(message, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    """Money keeps its decimals as text, and so do days."""
    return str(value) if isinstance(value, Decimal | dt.date) else repr(value)
