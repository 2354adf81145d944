"""Runs the command line and kills its own process at one moment: `python killed.py STAGE MOMENT WORDS...`.

Moments: `uncommitted` is before the stage's first transaction ends, `committed` after it, `models` after some models or checks of dbt,
`renaming` just before the live warehouse is replaced, `unsaid` when all is done but the journal does not know.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from regulars import cli
from regulars.engines import duckdb as engine
from regulars.engines.journal import Journal
from regulars.terminal import StageWatcher

STAGE, MOMENT = sys.argv[1:3]
MODELS = 4


def die(*_: object, **__: object) -> None:
    """As `kill -9`: nothing is closed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


def armed() -> None:
    """Lays the trap, now that the journal says that the stage is running."""
    {"uncommitted": _in_transaction, "committed": _in_transaction, "models": _among_models, "renaming": _renaming}.get(
        MOMENT, _unsaid
    )()


def _in_transaction() -> None:
    plain: Callable[..., Any] = engine.DuckDBSession.transaction

    @contextmanager
    def transaction(session: engine.DuckDBSession) -> Iterator[None]:
        with plain(session):
            yield
            if MOMENT == "uncommitted":
                die()
        die()

    engine.DuckDBSession.transaction = transaction  # type: ignore[method-assign]


def _among_models() -> None:
    seen: list[str] = []

    def progress(_: StageWatcher, words: str) -> None:
        seen.append(words)
        if len(seen) == MODELS:
            die()

    StageWatcher.progress = progress  # type: ignore[method-assign]


def _renaming() -> None:
    os.replace = die  # type: ignore[assignment]


def _unsaid() -> None:
    Journal.finish_stage = die  # type: ignore[assignment, method-assign]


start_stage = Journal.start_stage


def started(journal: Journal, run_id: str, position: int, stage: str) -> None:
    """What the journal does, and then the trap."""
    start_stage(journal, run_id, position, stage)
    if stage == STAGE:
        armed()


Journal.start_stage = started  # type: ignore[method-assign]
sys.argv = ["regulars", *sys.argv[3:]]
cli.main()
