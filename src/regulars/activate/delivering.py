"""What waits in the outbox is posted, oldest first, by one worker per webhook at a time, and tried again for days.

Killed at any moment, the worker loses nothing: what it had posted and not noted is posted again under the same id,
by which the receiver knows it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from regulars.activate.addresses import checked_url
from regulars.activate.messages import body_of
from regulars.activate.posting import Answer, new_client, post
from regulars.activate.signing import key_of, signed_headers
from regulars.engines.outbox_batches import Waiting
from regulars.engines.outbox_records import ACTIVE, OutboxRecords
from regulars.engines.outbox_turns import new_worker
from regulars.errors import RegularsError, WarehouseError
from regulars.serve.changes import EVENT_COLUMNS
from regulars.webhook_settings import WebhookSettings, revealed

LONGEST_PAUSE_SECONDS = 5 * 3600.0
KEPT_DAYS, DEAD_KEPT_DAYS = 30, 90
_READ_AT_ONCE = 8
_LOOK_SECONDS = 0.2


@dataclass
class Delivery:
    """What a round of deliveries came to."""

    delivered: int = 0
    events: int = 0
    failed: int = 0
    notes: list[str] = field(default_factory=list)

    def words(self) -> list[str]:
        """What is worth reading of it."""
        taken = [f"{self.events:,} events were delivered to webhooks"] if self.delivered else []
        failed = ["Deliveries failed and will be tried again: `regulars webhooks list`"] if self.failed else []
        return [*taken, *failed, *self.notes]


@dataclass(frozen=True)
class Clock:
    """How long workers may go on."""

    until: float
    stopped: Callable[[], bool]

    def is_over(self) -> bool:
        """Whether to begin nothing more."""
        return self.stopped() or time.monotonic() >= self.until

    async def sleep(self, seconds: float) -> bool:
        """Waits so long if there is the time; says whether there was."""
        end = time.monotonic() + seconds
        if end >= self.until and seconds > 0:
            return False
        while (left := end - time.monotonic()) > 0 and not self.is_over():
            await asyncio.sleep(min(left, _LOOK_SECONDS))
        return not self.is_over()


@dataclass(frozen=True)
class Receiver:
    """A webhook that is ready to be posted to."""

    name: str
    settings: WebhookSettings
    url: httpx.URL
    keys: Sequence[bytes]

    @property
    def lease_seconds(self) -> float:
        """A lease outlasts a request by far, and ends soon after its worker was killed."""
        return self.settings.timeout_seconds * 2 + 5


def receiver_of(name: str, webhook: WebhookSettings) -> Receiver:
    """A webhook with its address and keys looked up.

    Raises:
        SettingsError: They are not there, or are none.
    """
    url = checked_url(revealed(webhook.url), name, allow_private=webhook.allow_private)
    given = [webhook.secret, *([webhook.previous_secret] if webhook.previous_secret else [])]
    return Receiver(name, webhook, url, [key_of(revealed(value), name) for value in given])


def deliver(
    outbox: OutboxRecords,
    webhooks: Mapping[str, WebhookSettings],
    *,
    seconds: float,
    stopped: Callable[[], bool] = lambda: False,
) -> Delivery:
    """Posts whatever is due, for so many seconds at most and a request more.

    Args:
        outbox: What waits.
        webhooks: Where to, by name; what waits for others stays.
        seconds: How long it may take.
        stopped: Asked before each request.
    """
    delivery, clock = Delivery(), Clock(time.monotonic() + seconds, stopped)
    receivers = []
    known = {webhook.name: webhook for webhook in outbox.webhooks()}
    for name, webhook in webhooks.items():
        standing = known.get(name)
        if standing is None or standing.status != ACTIVE:
            continue
        try:
            receivers.append(receiver_of(name, webhook))
        except RegularsError as error:
            delivery.notes.append(str(error))
    if receivers:
        _in_a_loop([_Worker(receiver, outbox, delivery, clock) for receiver in receivers])
        now = outbox.now()
        outbox.trim(now - dt.timedelta(days=KEPT_DAYS), now - dt.timedelta(days=DEAD_KEPT_DAYS))
    return delivery


def pause_after(batch_id: str, tries: int, first: float) -> float:
    """Seconds until a try after so many that failed: doubling, and a quarter more or less by the batch's own id."""
    longest = min(LONGEST_PAUSE_SECONDS, first * 2.0 ** min(tries - 1, 30))
    chance = random.Random(hashlib.sha256(f"{batch_id}:{tries}".encode()).digest())
    return longest * chance.uniform(0.75, 1.25)


def _in_a_loop(workers: Sequence[_Worker]) -> None:
    """A loop of its own, on a thread of its own where this one has a loop already."""
    failed: list[BaseException] = []

    async def all_of_them() -> None:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker.work())

    def work() -> None:
        try:
            asyncio.run(all_of_them())
        except BaseExceptionGroup as errors:
            failed.extend(errors.exceptions)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        work()
    else:
        thread = threading.Thread(target=work, name="regulars-webhooks")
        thread.start()
        thread.join()
    if failed:
        raise failed[0]


class _Worker:
    """Posts the batches of one webhook, one after the other."""

    def __init__(self, receiver: Receiver, outbox: OutboxRecords, delivery: Delivery, clock: Clock) -> None:
        self._receiver, self._outbox, self._delivery, self._clock = receiver, outbox, delivery, clock
        self._id = new_worker()
        self._held_until = 0.0

    async def work(self) -> None:
        """Until nothing more comes in the time that is left, or another worker has the webhook."""
        if self._clock.is_over() or not await self._take():
            return
        try:
            # A connection is known by its address alone, so that no two names may share one.
            async with new_client() as client:
                while await self._turn_comes():
                    await self._send_due(client)
        finally:
            # The lease ends by itself where the warehouse cannot be told.
            with suppress(WarehouseError):
                self._outbox.release(self._receiver.name, self._id)

    async def _turn_comes(self) -> bool:
        """Waits for the next batch, if its turn comes in time and the lease still holds."""
        turn = await asyncio.to_thread(self._outbox.next_turn, self._receiver.name)
        if turn is None:
            return False
        pause = (turn - self._outbox.now()).total_seconds()
        return await self._clock.sleep(pause) and await self._holds()

    async def _send_due(self, client: httpx.AsyncClient) -> None:
        for batch in await asyncio.to_thread(self._outbox.due, self._receiver.name, _READ_AT_ONCE):
            if self._clock.is_over() or not await self._holds() or not await self._send(client, batch):
                return

    async def _take(self) -> bool:
        lease, asked = self._receiver.lease_seconds, time.monotonic()
        if not await asyncio.to_thread(self._outbox.take, self._receiver.name, self._id, lease):
            return False
        self._held_until = asked + lease
        return True

    async def _holds(self) -> bool:
        """Whether the lease outlasts one more request; taken anew if it does not."""
        return self._held_until - time.monotonic() > self._receiver.settings.timeout_seconds + 2 or await self._take()

    async def _send(self, client: httpx.AsyncClient, batch: Waiting) -> bool:
        """Posts a batch and notes what came of it; says whether it was taken."""
        receiver, body = self._receiver, await asyncio.to_thread(body_of, batch)
        seconds = int(self._outbox.now().replace(tzinfo=dt.UTC).timestamp())
        answer = await post(
            client,
            receiver.url,
            body,
            signed_headers(receiver.keys, batch.batch_id, seconds, body),
            seconds=receiver.settings.timeout_seconds,
            allow_private=receiver.settings.allow_private,
        )
        asked = time.monotonic()
        if answer.status is not None and answer.is_taken:
            await asyncio.to_thread(self._note_taken, batch, answer.status)
            self._held_until = asked + receiver.lease_seconds
            self._delivery.delivered += 1
            self._delivery.events += batch.events.num_rows
        else:
            await asyncio.to_thread(self._note_failure, batch, answer)
            self._delivery.failed += 1
        return answer.is_taken

    def _note_taken(self, batch: Waiting, status: int) -> None:
        receiver = self._receiver
        kept = EVENT_COLUMNS if receiver.settings.fields else ()
        self._outbox.delivered(receiver.name, self._id, batch, status, receiver.lease_seconds, kept)

    def _note_failure(self, batch: Waiting, answer: Answer) -> None:
        name, settings, outbox = self._receiver.name, self._receiver.settings, self._outbox
        standing, now = outbox.webhook(name), outbox.now()
        failures = standing.failures if standing is not None else 0
        pause = max(pause_after(batch.batch_id, batch.tries + 1, settings.first_pause_seconds), answer.wish or 0.0)
        # The more failures in a row, the longer the webhook as a whole is left alone.
        rest = max(pause_after(name, failures + 1, settings.first_pause_seconds), answer.wish or 0.0)
        due_at = now + dt.timedelta(seconds=pause)
        is_dead = due_at > batch.trying_since + dt.timedelta(hours=settings.give_up_hours)
        outbox.failed(
            name,
            self._id,
            batch,
            answer=answer.status,
            error=answer.words,
            due_at=None if is_dead else due_at,
            paused_until=now + dt.timedelta(seconds=rest),
        )
        if answer.is_gone:
            outbox.disable(name, f"{answer.words}: the receiver wants nothing more")
            self._delivery.notes.append(
                f"Webhook {name} is disabled, as its receiver answered 410. `regulars webhooks retry {name}` begins"
                " again."
            )
