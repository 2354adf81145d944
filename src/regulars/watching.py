"""Who sees a run go by: the terminal, a test, or nobody."""

from __future__ import annotations

from typing import Protocol


class Watcher(Protocol):
    """Sees a run go by: the terminal, or nobody."""

    def stage_started(self, name: str, what: str) -> None:
        """A stage begins."""

    def progress(self, words: str) -> None:
        """How far the stage is."""

    def stage_finished(self, name: str, summary: str, seconds: float) -> None:
        """A stage is done."""

    def note(self, words: str) -> None:
        """Something the user should know of."""


class Nobody:
    """A Watcher that looks away."""

    def stage_started(self, name: str, what: str) -> None:
        """Ignored."""

    def progress(self, words: str) -> None:
        """Ignored."""

    def stage_finished(self, name: str, summary: str, seconds: float) -> None:
        """Ignored."""

    def note(self, words: str) -> None:
        """Ignored."""
