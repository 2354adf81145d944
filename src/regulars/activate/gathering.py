"""Changes of segment go from what was published into the outbox, as batches that never change again.

They are read from the publication itself, so they are there exactly when it is; whoever is stopped on the way does it
again and makes the same batches under the same ids. In memory is a batch at a time, whatever the number of events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from itertools import count

import pyarrow as pa

from regulars.engines.outbox_batches import Batch
from regulars.engines.outbox_records import ACTIVE, OutboxRecords
from regulars.errors import InputError
from regulars.serve.changes import Changes, Publication, Wanted, published_changes
from regulars.serve.queries import Queries
from regulars.serve.selection import Consent
from regulars.webhook_settings import WebhookSettings


def gather(
    queries: Queries | None, outbox: OutboxRecords, webhooks: Mapping[str, WebhookSettings], consent: Consent
) -> list[str]:
    """Puts what is live and not gathered yet into the outbox, and notes webhooks that are new; returns what is amiss.

    A webhook that is new hears of nothing that is live already.

    Args:
        queries: What is live; None = nothing was ever published.
        outbox: Where the events go.
        webhooks: Who wants them, by name.
        consent: Of whom personal fields may be sent.
    """
    if not webhooks:
        return []
    known = {webhook.name: webhook for webhook in outbox.webhooks()}
    notes = []
    with published_changes(queries) if queries else nullcontext() as changes:
        live = changes.publication if changes else Publication("", "")
        for name, webhook in webhooks.items():
            if name not in known:
                outbox.register(name, live.run_id, live.as_of)
            elif changes is not None and known[name].gathered_run != live.run_id:
                told_until = known[name].told_until
                if live.compared_with and known[name].gathered_run not in ("", live.compared_with):
                    notes.append(
                        f"Webhook {name} missed what run {live.compared_with} published: it had ended before its events"
                        " were gathered. Give the webhook to the settings of every run."
                    )
                if known[name].status == ACTIVE and _goes_on(live, told_until):
                    try:
                        outbox.add(_batches(changes, name, webhook, consent))
                    except InputError as error:
                        # It is mended in the settings; until then what is live waits to be gathered.
                        notes.append(f"Webhook {name} hears of nothing: {error}")
                        continue
                outbox.gathered(name, live.run_id, max(told_until, live.as_of))
    return notes


def wanted_by(webhook: WebhookSettings, consent: Consent) -> Wanted:
    """What a webhook asks for."""
    return Wanted(webhook.events, webhook.from_segments, webhook.to_segments, webhook.fields, consent)


def _goes_on(live: Publication, told_until: str) -> bool:
    """Whether the changes begin where the receiver stands: not after a publication of an earlier day."""
    return bool(live.from_as_of) and live.from_as_of >= told_until


def _batches(changes: Changes, name: str, webhook: WebhookSettings, consent: Consent) -> Iterator[Batch]:
    wanted, live = wanted_by(webhook, consent), changes.publication
    changes.refuse_unknown(wanted)
    numbers = count(1)
    for events in cut(changes.stream(wanted), webhook.batch_size):
        number = next(numbers)
        digest = hashlib.sha256(f"{name}\n{live.run_id}\n{number}".encode()).hexdigest()
        yield Batch(f"msg_{digest[:27]}", name, live.run_id, live.from_as_of, live.as_of, number, events)


def cut(reader: pa.RecordBatchReader, rows: int) -> Iterator[pa.Table]:
    """The rows of a reader in tables of so many each; the last may have fewer."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in reader:
        start = 0
        while batch.num_rows - start >= rows - held:
            take = rows - held
            yield pa.Table.from_batches([*waiting, batch.slice(start, take)], reader.schema)
            waiting, held, start = [], 0, start + take
        if start < batch.num_rows:
            waiting.append(batch.slice(start))
            held += batch.num_rows - start
    if held:
        yield pa.Table.from_batches(waiting, reader.schema)
