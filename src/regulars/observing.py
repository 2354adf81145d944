"""Who watches every run, whoever started it: the log, and the receiver of lineage, if one is named."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from regulars.engines.base import Engine
from regulars.errors import NewerIsLive, RegularsError
from regulars.lineage.run_lineage import RunLineage
from regulars.logs import RUN_LOGGER, bound, told
from regulars.settings import Settings
from regulars.watching import Watcher

_log = logging.getLogger(RUN_LOGGER)


class RunObserver:
    """Sees one run and its stages begin and end. Nothing that it does can fail the run.

    Args:
        engine: The warehouse.
        settings: All settings.
        run_id: The run in the journal.
        command: What was asked for.
    """

    def __init__(self, engine: Engine, settings: Settings, run_id: str, command: str) -> None:
        self._run_id, self._command = run_id, command
        self._lineage = RunLineage.of(engine, settings.lineage, run_id)

    @contextmanager
    def run(self) -> Iterator[None]:
        """The run is what happens in the block."""
        begun = time.perf_counter()
        with bound(run_id=self._run_id):
            _log.info("The run begins: %s", self._command)
            if self._lineage is not None:
                self._lineage.run_started()
            try:
                yield
            except BaseException as error:
                self._end_of_run(begun, error)
                raise
            self._end_of_run(begun, None)

    @contextmanager
    def stage(self, name: str, what: str) -> Iterator[list[str]]:
        """A stage is what happens in the block, which puts one line of what it did into what it is given."""
        begun, summary = time.perf_counter(), list[str]()
        with bound(stage=name):
            _log.debug("The stage begins: %s", what)
            if self._lineage is not None:
                self._lineage.stage_started(name, what)
            try:
                yield summary
            except BaseException as error:
                if self._lineage is not None:
                    self._lineage.stage_ended(name, error)
                _log.log(_level(error), "The stage %s: %s", _end(error), told(error), extra=_after(begun, error))
                raise
            _log.info("The stage is done: %s", "; ".join(summary), extra=_after(begun))
            if self._lineage is not None:
                self._lineage.stage_ended(name)

    def _end_of_run(self, begun: float, error: BaseException | None) -> None:
        if error is None:
            _log.info("The run is done.", extra=_after(begun))
        else:
            # Where it happened helps with an error that is not ours; what is to be done stands in one that is.
            where = None if isinstance(error, RegularsError) else error
            words = f"The run {_end(error)}: {told(error)}"
            _log.log(_level(error), "%s", words, exc_info=where, extra=_after(begun, error))
        if self._lineage is not None and (lost := self._lineage.run_ended(error)):
            _log.warning("%s", lost)


class Logged:
    """A Watcher that tells the log what another one tells people."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def stage_started(self, name: str, what: str) -> None:
        """Passed on."""
        self._watcher.stage_started(name, what)

    def progress(self, words: str) -> None:
        """How far the stage is."""
        _log.debug("%s", words)
        self._watcher.progress(words)

    def stage_finished(self, name: str, summary: str, seconds: float) -> None:
        """Passed on."""
        self._watcher.stage_finished(name, summary, seconds)

    def note(self, words: str) -> None:
        """Something that the user should know of."""
        _log.info("Note: %s", words)
        self._watcher.note(words)


def _after(begun: float, error: BaseException | None = None) -> dict[str, dict[str, object]]:
    details: dict[str, object] = {"seconds": round(time.perf_counter() - begun, 3)}
    if error is not None:
        details["error_kind"] = type(error).__name__
    return {"details": details}


def _level(error: BaseException) -> int:
    return logging.ERROR if isinstance(error, Exception) and not isinstance(error, NewerIsLive) else logging.WARNING


def _end(error: BaseException) -> str:
    return "failed" if _level(error) == logging.ERROR else "was stopped"
