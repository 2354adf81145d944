"""Of whom the outbox speaks: a person's events can be listed, and taken out for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.engines.journal import Journal
from regulars.engines.outbox_batches import rewriting, schema, unpacked


def events_about(journal: Journal, customer_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The events of a person, under all of their golden ids, that wait or were sent, with their batch's state."""
    found = list[dict[str, Any]]()
    for customer_id in sorted(set(customer_ids)):
        for about, events in _contents(journal, customer_id):
            rows = events.filter(pc.equal(events["customer_id"], customer_id)).to_pylist()
            found += [{**about, **row} for row in rows]
    return found


def forget_events(journal: Journal, customer_ids: Sequence[int]) -> int:
    """Takes customers out of all batches, waiting or ended, and returns how many events that were; can be repeated."""
    taken, wanted = 0, pa.array(sorted(set(customer_ids)), pa.int64())
    for customer_id in wanted.to_pylist():
        for about, events in _contents(journal, customer_id):
            left = events.filter(pc.invert(pc.is_in(events["customer_id"], value_set=wanted)))
            if left.num_rows < events.num_rows:
                journal.write(rewriting(about["batch_id"], left))
                taken += events.num_rows - left.num_rows
    if taken:
        journal.compact()
    return taken


def _contents(journal: Journal, customer_id: int) -> Iterator[tuple[dict[str, Any], pa.Table]]:
    """Batches that may speak of a customer, read one at a time."""
    keys = journal.read(
        "select batch_id from ops.webhook_batches where lowest_id <= $1 and highest_id >= $1 order by made_at, number",
        (customer_id,),
        schema("batch_id"),
    )
    for batch_id in keys.column(0).to_pylist():
        for row in journal.read(
            f"select {', '.join(_CONTENT.names)} from ops.webhook_batches where batch_id = $1", (batch_id,), _CONTENT
        ).to_pylist():
            yield row, unpacked(row.pop("content"))


_CONTENT = schema("batch_id, webhook, status, run_id, from_as_of, as_of, ended_at, content")
