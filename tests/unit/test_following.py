"""Following goes round after round, waits for whoever holds the warehouse, and stops when it is told to."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from regulars import following
from regulars.errors import LockedError, SettingsError, SourceUnreachable
from regulars.pipeline import Request
from regulars.settings import Settings
from regulars.watching import Nobody

SOURCES = {"shop": {"kafka": {"servers": "x:1", "topic": "orders"}}, "files": {"path": "orders.csv"}}


class Notes(Nobody):
    def __init__(self) -> None:
        self.words: list[str] = []

    def note(self, words: str) -> None:
        self.words.append(words)


def test_rounds_of_the_topics_alone_until_a_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[Settings] = []

    def run(settings: Settings, request: Request, watcher: Any) -> None:
        rounds.append(settings)
        assert request.stages == ["land"]
        if len(rounds) == 1:
            raise LockedError("Another run holds it.")
        if len(rounds) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(following, "run_pipeline", run)
    notes, before = Notes(), signal.getsignal(signal.SIGINT)
    following.follow(Settings.model_validate({"sources": SOURCES}), notes, 0.01)
    assert len(rounds) == 3
    assert list(rounds[0].sources) == ["shop"]
    kafka = rounds[0].sources["shop"].kafka
    assert kafka is not None and kafka.max_wait_seconds == 0.01
    assert "wait until it is done" in notes.words[0] and "is kept" in notes.words[-1]
    assert signal.getsignal(signal.SIGINT) is before


def test_the_second_signal_breaks_a_round_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(following, "run_pipeline", run)
    with pytest.raises(KeyboardInterrupt):
        following.follow(Settings.model_validate({"sources": SOURCES}), Nobody(), 0.01)


def test_what_stops_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any) -> None:
        raise SourceUnreachable("The brokers are gone.")

    monkeypatch.setattr(following, "run_pipeline", run)
    with pytest.raises(SourceUnreachable):
        following.follow(Settings.model_validate({"sources": SOURCES}), Nobody())
    with pytest.raises(SettingsError, match="nothing to follow"):
        following.follow(Settings.model_validate({"sources": {"files": SOURCES["files"]}}), Nobody())
