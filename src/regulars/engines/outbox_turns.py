"""Whose turn it is: which worker has a webhook, and which batches it may send.

A worker holds a lease, which ends by itself, and at once where it can be seen that the worker's process is gone. The
batches of a publication wait until nothing of an earlier one waits any more, so that nobody hears of a customer's moves
in another order than they happened; within a publication a customer moves once, so its batches do not wait for each
other.
"""

from __future__ import annotations

import datetime as dt
import secrets

from regulars.engines.journal import Journal, ledger_time
from regulars.engines.outbox_batches import WAITING, Waiting, schema
from regulars.engines.processes import is_living, mark, place

_WORKER = schema("worker")
_WAITING = schema("batch_id, run_id, from_as_of, as_of, tries, made_at, trying_since, content")
_OF_THE_OLDEST = (
    "webhook = $1 and status = $2 and run_id = ("
    "select run_id from ops.webhook_batches where webhook = $1 and status = $2 order by made_at, number limit 1)"
)


def new_worker() -> str:
    """A name for a worker of this process, by which it can be seen later whether the process lives."""
    return f"{place()}:{mark()}:{secrets.token_hex(8)}"


def take(journal: Journal, name: str, worker: str, seconds: float) -> bool:
    """Leases a webhook for so long, or for longer; False = another worker has it."""
    now = ledger_time()
    held = journal.read("select worker from ops.webhooks where name = $1", (name,), _WORKER).column(0).to_pylist()
    dead = held[0] if held and held[0] and _has_died(held[0]) else worker
    journal.write(
        (
            "update ops.webhooks set worker = $1, leased_until = $2"
            " where name = $3 and (worker is null or worker in ($1, $5) or leased_until < $4)",
            (worker, now + dt.timedelta(seconds=seconds), name, now, dead),
        )
    )
    mine = journal.read("select worker from ops.webhooks where name = $1 and worker = $2", (name, worker), _WORKER)
    return bool(mine.num_rows)


def release(journal: Journal, name: str, worker: str) -> None:
    """Ends a lease."""
    sql = "update ops.webhooks set worker = null, leased_until = null where name = $1 and worker = $2"
    journal.write((sql, (name, worker)))


def next_due(journal: Journal, name: str) -> dt.datetime | None:
    """When the next batch may be sent; None = nothing waits."""
    sql = f"select min(due_at) as due_at from ops.webhook_batches where {_OF_THE_OLDEST}"
    found: list[dt.datetime | None] = journal.read(sql, (name, WAITING), schema("due_at")).column(0).to_pylist()
    return found[0] if found else None


def due(journal: Journal, name: str, limit: int) -> list[Waiting]:
    """Batches that may be sent now, oldest first, all of one publication."""
    sql = (
        f"select {', '.join(_WAITING.names)} from ops.webhook_batches"
        f" where {_OF_THE_OLDEST} and due_at <= $3 order by made_at, number limit $4"
    )
    rows = journal.read(sql, (name, WAITING, ledger_time(), limit), _WAITING).to_pylist()
    return [Waiting(**row) for row in rows]


def _has_died(worker: str) -> bool:
    """Whether a worker's process is gone; False also where that cannot be seen from here."""
    where, _, rest = worker.partition(":")
    return bool(where) and where == place() and not is_living(rest)
