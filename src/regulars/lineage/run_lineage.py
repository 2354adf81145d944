"""Tells the receiver of lineage how one run goes; whatever goes wrong with that is told in one line, and no more."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from regulars.engines.base import Engine
from regulars.engines.journal import ledger_time
from regulars.errors import NewerIsLive
from regulars.lineage.datasets import Dataset, Datasets
from regulars.lineage.events import State, event
from regulars.lineage.sending import Sender, is_on
from regulars.lineage_settings import LineageSettings

_ABOUT = "Lands a shop's files, finds its customers, scores and segments them, and publishes the result."


class RunLineage:
    """The events of one run.

    Args:
        engine: The warehouse.
        settings: The receiver.
        run_id: The run in the journal.
    """

    def __init__(self, engine: Engine, settings: LineageSettings, run_id: str) -> None:
        self._namespace, self._run_id = settings.namespace, run_id
        self._sender = Sender(settings)
        self._datasets = Datasets(engine, ledger_time())
        self._published: tuple[Dataset, ...] = ()

    @classmethod
    def of(cls, engine: Engine, settings: LineageSettings, run_id: str) -> RunLineage | None:
        """That of a run, or nothing where nobody is to be told."""
        return cls(engine, settings, run_id) if is_on(settings) else None

    def run_started(self) -> None:
        """The run begins."""
        self._tell("START", about=_ABOUT)

    def run_ended(self, error: BaseException | None = None) -> str:
        """The run is done or failed; what could not be told is said."""
        self._tell(_state(error), error=error, inputs=self._datasets.sources, outputs=self._published)
        return self._sender.close()

    def stage_started(self, stage: str, what: str) -> None:
        """A stage begins."""
        self._tell("START", stage=stage, about=what, inputs=self._datasets.read_by(stage))

    def stage_ended(self, stage: str, error: BaseException | None = None) -> None:
        """A stage is done or failed."""
        read = self._datasets.read_by(stage)
        made: tuple[Dataset, ...] = ()
        if error is None:
            # Of tables that cannot be looked at now, nothing is told.
            with suppress(Exception):
                more, made = self._datasets.made_by(stage)
                read = (*read, *more)
        if stage == "publish":
            self._published = made
        self._tell(_state(error), stage=stage, error=error, inputs=read, outputs=made)

    def _tell(
        self,
        state: State,
        *,
        stage: str = "",
        about: str = "",
        error: BaseException | None = None,
        inputs: tuple[Dataset, ...] = (),
        outputs: tuple[Dataset, ...] = (),
    ) -> None:
        make = partial(
            event,
            state,
            ledger_time(),
            self._namespace,
            self._run_id,
            stage=stage,
            about=about,
            error=error,
            inputs=inputs,
            outputs=outputs,
        )
        self._sender.send(make)


def _state(error: BaseException | None) -> State:
    if error is None:
        return "COMPLETE"
    return "FAIL" if isinstance(error, Exception) and not isinstance(error, NewerIsLive) else "ABORT"
