"""While the server runs, events and alerts that wait are sent in the background, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from regulars.engines.base import Engine
from regulars.errors import RegularsError
from regulars.settings import Settings
from regulars.telling import gather_events, tell_others

_LOOK_SECONDS = 10.0
_ROUND_SECONDS = 60.0


@contextmanager
def start_delivering(engine: Engine, settings: Settings, look_seconds: float = _LOOK_SECONDS) -> Iterator[None]:
    """Delivers for as long as the block lasts; its end waits for the request that is under way, and no longer."""
    if not settings.webhooks and not settings.notify.urls:
        yield
        return
    stopping = threading.Event()
    thread = threading.Thread(
        target=_deliver, args=(engine, settings, stopping, look_seconds), name="regulars-deliveries", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        longest = [webhook.timeout_seconds for webhook in settings.webhooks.values()]
        thread.join(max([settings.notify.timeout_seconds, *longest]) + 5)


def _deliver(engine: Engine, settings: Settings, stopping: threading.Event, look_seconds: float) -> None:
    gathered = None
    while not stopping.is_set():
        # A warehouse that is away for a while is asked again; what happened stands in the outbox.
        with suppress(RegularsError):
            if (state := engine.live_state()) != gathered and not gather_events(engine, settings):
                gathered = state
            tell_others(engine, settings, _ROUND_SECONDS, stopping.is_set)
        stopping.wait(look_seconds)
