"""Batches of the outbox: their events as compressed Arrow, and the statements that put them in and change them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from regulars.engines.journal import Statement

WAITING, DELIVERED, DEAD = "waiting", "delivered", "dead"
_MOMENT = pa.timestamp("us")
_KINDS = {
    **dict.fromkeys(("failures", "number", "events", "tries", "answer", "batches"), pa.int64()),
    **dict.fromkeys(("paused_until", "trying_since"), _MOMENT),
    "content": pa.binary(),
}


@dataclass(frozen=True)
class Batch:
    """Events of one request, as they are gathered."""

    batch_id: str
    webhook: str
    run_id: str
    from_as_of: str
    as_of: str
    number: int
    events: pa.Table


class Waiting(NamedTuple):
    """A batch whose turn has come."""

    batch_id: str
    run_id: str
    from_as_of: str
    as_of: str
    tries: int
    made_at: dt.datetime
    trying_since: dt.datetime
    content: bytes

    @property
    def events(self) -> pa.Table:
        """The events."""
        return unpacked(self.content)


def insertion(batch: Batch, made_at: dt.datetime) -> Statement:
    """Puts a batch in that is not there yet."""
    ends = pc.min_max(batch.events["customer_id"])
    return (
        "insert into ops.webhook_batches (batch_id, webhook, run_id, from_as_of, as_of, number, events, lowest_id,"
        " highest_id, content, status, tries, made_at, due_at, trying_since)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $12, $12) on conflict (batch_id) do nothing",
        (
            *(batch.batch_id, batch.webhook, batch.run_id, batch.from_as_of, batch.as_of, batch.number),
            *(batch.events.num_rows, ends["min"].as_py(), ends["max"].as_py(), packed(batch.events)),
            *(WAITING, made_at),
        ),
    )


def rewriting(batch_id: str, left: pa.Table) -> Statement:
    """The batch without them; what a receiver answered may have repeated them, so that goes too."""
    if not left.num_rows:
        return "delete from ops.webhook_batches where batch_id = $1", (batch_id,)
    ends = pc.min_max(left["customer_id"])
    return (
        "update ops.webhook_batches set content = $2, events = $3, lowest_id = $4, highest_id = $5, error = null"
        " where batch_id = $1",
        (batch_id, packed(left), left.num_rows, ends["min"].as_py(), ends["max"].as_py()),
    )


def packed(events: pa.Table) -> bytes:
    """Events as they are kept."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, events.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(events)
    return bytes(sink.getvalue())


def unpacked(content: bytes) -> pa.Table:
    """Events as they were."""
    return pa.ipc.open_stream(content).read_all()


def schema(names: str) -> pa.Schema:
    """The schema of columns of the outbox."""
    return pa.schema(
        [(name, _MOMENT if name.endswith("_at") else _KINDS.get(name, pa.string())) for name in names.split(", ")]
    )
