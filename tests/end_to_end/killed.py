"""Runs the command line in a process that kills itself at one moment of one stage.

Moments: `uncommitted` is before the stage's first transaction ends, `committed` after it, `models` after some models or
checks of dbt, `renaming` just before the live warehouse is replaced, `unsaid` when all is done but the journal does not
know.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from regulars import cli
from regulars.engines import duckdb as engine
from regulars.engines.journal import FileJournal
from regulars.terminal import StageWatcher

MODELS = 4


def run(folder: Path, stage: str, moment: str) -> None:
    """Runs `regulars run` in the folder; dies in the stage, once the journal says that it runs, at the moment."""
    start_stage = FileJournal.start_stage

    def started(journal: FileJournal, run_id: str, position: int, name: str) -> None:
        start_stage(journal, run_id, position, name)
        if name == stage:
            _TRAPS[moment]()

    FileJournal.start_stage = started  # type: ignore[method-assign]
    os.chdir(folder)
    sys.argv = ["regulars", "run", "-q"]
    cli.main()


def die(*_: object, **__: object) -> None:
    """As `kill -9`: nothing is closed, nothing is said."""
    os.kill(os.getpid(), signal.SIGKILL)


def _in_transaction(*, is_committed: bool) -> None:
    plain: Callable[..., Any] = engine.DuckDBSession.transaction

    @contextmanager
    def transaction(session: engine.DuckDBSession) -> Iterator[None]:
        with plain(session):
            yield
            if not is_committed:
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
    FileJournal.finish_stage = die  # type: ignore[assignment, method-assign]


_TRAPS: dict[str, Callable[[], None]] = {
    "uncommitted": partial(_in_transaction, is_committed=False),
    "committed": partial(_in_transaction, is_committed=True),
    "models": _among_models,
    "renaming": _renaming,
    "unsaid": _unsaid,
}
