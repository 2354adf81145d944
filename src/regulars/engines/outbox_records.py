"""The outbox: what webhooks have to send, kept beside the run journal until it was taken, and what became of it.

A batch is made once and never changes, but that somebody is forgotten or its extra fields are no longer needed; so its
id is that of every try. One worker at a time has a webhook: it holds a lease, which ends by itself if the worker dies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from regulars.engines import outbox_turns
from regulars.engines.journal import Journal, Statement, ledger_time
from regulars.engines.outbox_batches import (
    DEAD,
    DELIVERED,
    WAITING,
    Batch,
    Waiting,
    insertion,
    packed,
    schema,
    unpacked,
)

ACTIVE, DISABLED = "active", "disabled"
_BATCHES_AT_ONCE = 50
_ABOUT = (
    "batch_id, webhook, status, events, run_id, from_as_of, as_of, number, tries, made_at, due_at, trying_since,"
    " ended_at, answer, error"
)
# Written by nobody but whoever holds the lease.
_IS_MINE = "exists (select 1 from ops.webhooks where name = $1 and worker = $2)"


@dataclass(frozen=True)
class Webhook:
    """A webhook as the outbox knows it."""

    name: str
    created_at: dt.datetime
    gathered_run: str
    told_until: str
    status: str
    reason: str | None
    failures: int
    paused_until: dt.datetime | None


class OutboxRecords:
    """The webhooks and batches of one warehouse; every call is its own transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @staticmethod
    def now() -> dt.datetime:
        """The time of the ledger."""
        return ledger_time()

    def register(self, name: str, run_id: str, told_until: str) -> None:
        """Notes a webhook from whose first day on events are gathered: none of this run or of one before."""
        self._journal.make_ready()
        self._journal.write(
            (
                "insert into ops.webhooks (name, created_at, gathered_run, told_until, status, failures)"
                " values ($1, $2, $3, $4, $5, 0) on conflict (name) do nothing",
                (name, ledger_time(), run_id, told_until, ACTIVE),
            )
        )

    def webhooks(self) -> list[Webhook]:
        """All webhooks that were ever noted."""
        sql = f"select {', '.join(_WEBHOOKS.names)} from ops.webhooks order by name"
        return [Webhook(**row) for row in self._journal.read(sql, (), _WEBHOOKS).to_pylist()]

    def webhook(self, name: str) -> Webhook | None:
        """One webhook; None = it was never noted."""
        return next((found for found in self.webhooks() if found.name == name), None)

    def add(self, batches: Iterable[Batch]) -> int:
        """Puts batches in, each once however often it comes, and returns how many events they hold."""
        made_at, events, waiting = ledger_time(), 0, list[Statement]()
        for batch in batches:
            waiting.append(insertion(batch, made_at))
            events += batch.events.num_rows
            if len(waiting) == _BATCHES_AT_ONCE:
                self._journal.write(*waiting)
                waiting = []
        if waiting:
            self._journal.write(*waiting)
        return events

    def gathered(self, name: str, run_id: str, told_until: str) -> None:
        """Notes that all events of a run are in."""
        sql = "update ops.webhooks set gathered_run = $1, told_until = $2 where name = $3"
        self._journal.write((sql, (run_id, told_until, name)))

    def take(self, name: str, worker: str, seconds: float) -> bool:
        """Leases a webhook for so long, or for longer; False = another worker has it."""
        return outbox_turns.take(self._journal, name, worker, seconds)

    def release(self, name: str, worker: str) -> None:
        """Ends a lease."""
        outbox_turns.release(self._journal, name, worker)

    def next_turn(self, name: str) -> dt.datetime | None:
        """When the next batch of an active webhook is due; None = nothing waits, or it is disabled."""
        webhook = self.webhook(name)
        if webhook is None or webhook.status != ACTIVE:
            return None
        due_at = outbox_turns.next_due(self._journal, name)
        return max(due_at, webhook.paused_until) if due_at and webhook.paused_until else due_at

    def due(self, name: str, limit: int) -> list[Waiting]:
        """Batches whose turn has come, oldest first: of one publication, for those of later ones wait for it."""
        return outbox_turns.due(self._journal, name, limit)

    def delivered(
        self, name: str, worker: str, batch: Waiting, answer: int, lease: float, kept: Sequence[str] = ()
    ) -> None:
        """Notes that a batch was taken, keeps of its content these columns, and goes on with the lease.

        Args:
            name: The webhook.
            worker: Who holds the lease.
            batch: The batch.
            answer: The status of the answer.
            lease: For how many seconds it goes on.
            kept: The columns that are kept; none = the content as it is.
        """
        now = ledger_time()
        statements: list[Statement] = [
            (
                "update ops.webhook_batches set status = $3, tries = tries + 1, ended_at = $4, answer = $5,"
                f" error = null where batch_id = $6 and {_IS_MINE}",
                (name, worker, DELIVERED, now, answer, batch.batch_id),
            ),
            (
                "update ops.webhooks set failures = 0, paused_until = null, leased_until = $3"
                " where name = $1 and worker = $2",
                (name, worker, now + dt.timedelta(seconds=lease)),
            ),
        ]
        if kept:
            # Somebody may have been taken out of it meanwhile, and then their events are fewer.
            events = batch.events
            statements.append(
                (
                    f"update ops.webhook_batches set content = $3 where batch_id = $4 and events = $5 and {_IS_MINE}",
                    (name, worker, packed(events.select(list(kept))), batch.batch_id, events.num_rows),
                )
            )
        self._journal.write(*statements)

    def failed(
        self,
        name: str,
        worker: str,
        batch: Waiting,
        *,
        answer: int | None,
        error: str,
        due_at: dt.datetime | None,
        paused_until: dt.datetime,
    ) -> None:
        """Notes a try that failed, when the next one is (None = it is dead), and until when the webhook rests."""
        now = ledger_time()
        self._journal.write(
            (
                "update ops.webhook_batches set status = $3, tries = tries + 1, due_at = $4, ended_at = $5,"
                f" answer = $6, error = $7 where batch_id = $8 and {_IS_MINE}",
                (
                    *(name, worker, DEAD if due_at is None else WAITING, due_at or now),
                    *(now if due_at is None else None, answer, error, batch.batch_id),
                ),
            ),
            (
                "update ops.webhooks set failures = failures + 1, paused_until = $3 where name = $1 and worker = $2",
                (name, worker, paused_until),
            ),
        )

    def disable(self, name: str, reason: str) -> None:
        """Ends a webhook whose receiver wants nothing more; what waits is dead."""
        self._journal.write(
            ("update ops.webhooks set status = $1, reason = $2 where name = $3", (DISABLED, reason, name)),
            (
                "update ops.webhook_batches set status = $1, ended_at = $2, error = $3"
                " where webhook = $4 and status = $5",
                (DEAD, ledger_time(), reason, name, WAITING),
            ),
        )

    def revive(self, name: str, batch_id: str | None = None) -> int:
        """Gives dead batches, and those that rest, a new start from now on; returns how many."""
        now, one = ledger_time(), " and batch_id = $6" if batch_id else ""
        params = (WAITING, now, name, WAITING, DEAD, *([batch_id] if batch_id else []))
        where = f"where webhook = $3 and status in ($4, $5){one}"
        count = "select count(*) as n from ops.webhook_batches where webhook = $1 and status in ($2, $3)"
        found = self._journal.read(
            count + (" and batch_id = $4" if batch_id else ""), params[2:], pa.schema([("n", pa.int64())])
        )
        self._journal.write(
            (
                "update ops.webhook_batches set status = $1, due_at = $2, trying_since = $2, tries = 0,"
                f" ended_at = null {where}",
                params,
            ),
            (
                "update ops.webhooks set status = $1, reason = null, failures = 0, paused_until = null where name = $2",
                (ACTIVE, name),
            ),
        )
        return int(found.column(0)[0].as_py()) if found.num_rows else 0

    def trim(self, delivered_before: dt.datetime, dead_before: dt.datetime) -> None:
        """Forgets what was delivered, or died, before a time."""
        sql = "delete from ops.webhook_batches where status = $1 and ended_at < $2"
        self._journal.write((sql, (DELIVERED, delivered_before)), (sql, (DEAD, dead_before)))

    def counts(self) -> pa.Table:
        """Batches and events of each webhook and status."""
        sql = (
            "select webhook, status, count(*) as batches, sum(events) as events from ops.webhook_batches"
            " group by webhook, status order by webhook, status"
        )
        return self._journal.read(sql, (), _COUNTS)

    def batches(self, name: str | None = None, limit: int = 100) -> pa.Table:
        """The newest batches without their events, newest first."""
        where, params = ("where webhook = $2", (limit, name)) if name else ("", (limit,))
        sql = f"select {_ABOUT} from ops.webhook_batches {where} order by made_at desc, number desc limit $1"
        return self._journal.read(sql, params, _BATCHES)

    def batch(self, batch_id: str) -> tuple[dict[str, Any], pa.Table] | None:
        """What is known of a batch, and its events; None = there is none of this id."""
        about = self._journal.read(
            f"select {_ABOUT} from ops.webhook_batches where batch_id = $1", (batch_id,), _BATCHES
        ).to_pylist()
        content = self._journal.read(
            "select content from ops.webhook_batches where batch_id = $1", (batch_id,), schema("content")
        )
        return (about[0], unpacked(content.column(0)[0].as_py())) if about and content.num_rows else None


_WEBHOOKS = schema("name, created_at, gathered_run, told_until, status, reason, failures, paused_until")
_BATCHES = schema(_ABOUT)
_COUNTS = schema("webhook, status, batches, events")
