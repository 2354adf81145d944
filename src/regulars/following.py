"""`regulars land --follow`: the land stage for the Kafka sources again and again, until it is stopped."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

from regulars.errors import LockedError, SettingsError
from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings
from regulars.watching import Watcher


def follow(settings: Settings, watcher: Watcher, max_wait: float | None = None) -> None:
    """Lands what comes; each round is a run of its own, and between rounds the warehouse is free for others.

    Rounds that landed something, or failed, stand in the journal; the others leave no trace.

    The first Ctrl-C lets the round end and returns; the second breaks it off, and nothing of that round is kept.

    Args:
        settings: All settings.
        watcher: Sees the rounds go by.
        max_wait: Takes the place of the sources' max_wait_seconds, and is the pause between rounds.

    Raises:
        SettingsError: No source is a Kafka topic.
        SourceUnreachable: The brokers do not answer.
    """
    topics = {name: source for name, source in settings.sources.items() if source.kafka is not None}
    if not topics:
        raise SettingsError("No source is a Kafka topic, so there is nothing to follow. Add [sources.<name>.kafka].")
    pauses = []
    for name, source in topics.items():
        assert source.kafka is not None
        kafka = source.kafka.model_copy(update={"max_wait_seconds": max_wait} if max_wait else {})
        topics[name] = source.model_copy(update={"kafka": kafka})
        pauses.append(kafka.max_wait_seconds)
    settings = settings.model_copy(update={"sources": topics})
    request = Request(stages=["land"], may_be_empty=True, command="land --follow")
    with _stopped_by_signals() as stopped:
        while not stopped.is_set():
            try:
                run_pipeline(settings, request, watcher)
            except LockedError:
                watcher.note("Another run holds the warehouse; the topics wait until it is done.")
            stopped.wait(min(pauses))
    watcher.note("Stopped. Everything landed so far is kept.")


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    stopped = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
