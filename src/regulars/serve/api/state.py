"""What the endpoints of one server share: the warehouse, its readers, its models, and the runs that were asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from anyio import CapacityLimiter
from fastapi import Request

from regulars.engines.base import Engine
from regulars.engines.live_pool import LivePool
from regulars.errors import BusyError
from regulars.serve.api.run_process import RunStarter
from regulars.serve.api.sent_files import SendingFolder
from regulars.settings import Settings

_PATIENCE = 60.0
# Fewer than there are readers, so that some are always free for short questions.
_SLOW_AT_ONCE = 3


class Workshop:
    """What takes long is done by one at a time, and remembered for those who ask for the same.

    Args:
        what: What it is, for those who have to wait too long.
        patience: How many seconds somebody waits for their turn.
        remembered: How many results are kept, the last ones asked for.
    """

    def __init__(self, what: str, patience: float = _PATIENCE, remembered: int = 64) -> None:
        self._what, self._patience, self._remember = what, patience, remembered
        self._turn, self._known_turn = threading.Lock(), threading.Lock()
        self._known: OrderedDict[Hashable, Any] = OrderedDict()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Works alone.

        Raises:
            BusyError: Others were at it for too long.
        """
        if not self._turn.acquire(timeout=self._patience):
            raise BusyError(f"Others have {self._what} for {self._patience:g} seconds already. Ask again.")
        try:
            yield
        finally:
            self._turn.release()

    def made(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What was made for this key, made now if it is not remembered.

        Raises:
            BusyError: Others were at it for too long.
        """
        if (found := self._remembered(key)) is not None:
            return found
        with self.turn():
            # Somebody before us in the queue may have asked for the same.
            if (found := self._remembered(key)) is None:
                found = make()
                with self._known_turn:
                    self._known[key] = found
                    while len(self._known) > self._remember:
                        self._known.popitem(last=False)
        return found

    def _remembered(self, key: Hashable) -> Any:
        with self._known_turn:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)


@dataclass
class ServerState:
    """Everything that outlives a request."""

    settings: Settings
    engine: Engine
    pool: LivePool
    runs: RunStarter
    sending: SendingFolder = field(default_factory=SendingFolder)
    slow_work: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_SLOW_AT_ONCE))
    segments: Workshop = field(default_factory=lambda: Workshop("counted the segments", remembered=2))
    through: Workshop = field(default_factory=lambda: Workshop("asked how far the data go", remembered=2))
    past_days: Workshop = field(default_factory=lambda: Workshop("worked out past days"))
    models: Workshop = field(default_factory=lambda: Workshop("loaded models"))
    gauges: Workshop = field(default_factory=lambda: Workshop("read the gauges", remembered=2))
    charts: Workshop = field(default_factory=lambda: Workshop("drawn charts", remembered=16))
    # dbt works once in a process at a time, and both past days and orders need it.
    scoring: Workshop = field(default_factory=lambda: Workshop("scored orders"))


def state_of(request: Request) -> ServerState:
    """The state of the server that answers this request."""
    return cast(ServerState, request.app.state.regulars)
