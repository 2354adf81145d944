"""Sessions on the live warehouse that are kept open from question to question, and never outlive their publication.

Opening the live state costs more than most questions to it. A pool opens it once for a publication, notices when
another one is live, and closes the old one when the last who reads it is done: readers neither wait for a run that
publishes nor see half of two.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from regulars import catalog
from regulars.engines.base import Engine, Session
from regulars.errors import BusyError, WarehouseError


@dataclass(frozen=True)
class Reading:
    """A session on one publication, and the run that published it."""

    session: Session
    run_id: str


@dataclass
class _Publication:
    state: str
    run_id: str
    opened: ExitStack
    idle: queue.LifoQueue[Session]
    readers: int = 0
    is_replaced: bool = False
    closing: threading.Lock = field(default_factory=threading.Lock)


class LivePool:
    """Leases sessions on what is live.

    Args:
        engine: The warehouse.
        size: Sessions that are open at once: so many questions are answered at a time.
        look_seconds: How old the knowledge of what is live may be; 0 = it is looked up for every lease.
        patience: How many seconds a question waits for its turn.
    """

    def __init__(self, engine: Engine, size: int = 8, look_seconds: float = 0.0, patience: float = 10.0) -> None:
        self._engine, self._size = engine, size
        self._look_seconds, self._patience = look_seconds, patience
        self._turn, self._opening = threading.Lock(), threading.Lock()
        self._current: _Publication | None = None
        self._looked_at = float("-inf")
        self._state = ""

    @contextmanager
    def lease(self) -> Iterator[Reading]:
        """A session for one thread, on the publication that is live now.

        Raises:
            WarehouseError: Nothing is published, or the warehouse does not answer.
            BusyError: All sessions were taken for too long.
        """
        publication = self._entered()
        try:
            try:
                session = publication.idle.get(timeout=self._patience)
            except queue.Empty:
                raise BusyError(
                    f"All {self._size} readers of the warehouse were busy for {self._patience:g} seconds. Ask again."
                ) from None
            try:
                yield Reading(session, publication.run_id)
            except WarehouseError:
                # A connection that was lost is not the last of its publication to be: all are opened anew.
                self._replace(publication)
                raise
            finally:
                publication.idle.put(session)
        finally:
            self._left(publication)

    def close(self) -> None:
        """Closes what is open, once nobody reads it."""
        with self._turn:
            current, self._current = self._current, None
            if current is not None:
                current.is_replaced = True
        if current is not None:
            self._close_if_done(current)

    def _entered(self) -> _Publication:
        """The publication that is live, with one reader more."""
        current = self._entered_current(self._looked())
        if current is not None:
            return current
        # While one opens what was published, the others read on in what was live before.
        if not self._opening.acquire(blocking=False):
            current = self._entered_current(None)
            if current is not None:
                return current
            self._opening.acquire()
        try:
            state = self._looked()
            return self._entered_current(state) or self._exchanged(state)
        finally:
            self._opening.release()

    def _entered_current(self, state: str | None) -> _Publication | None:
        """What is open, with one reader more, if it is of this state; None = whatever it is of."""
        with self._turn:
            current = self._current
            if current is None or (state is not None and current.state != state):
                return None
            current.readers += 1
            return current

    def _exchanged(self, state: str) -> _Publication:
        opened = self._opened(state)
        opened.readers = 1
        with self._turn:
            replaced, self._current = self._current, opened
            if replaced is not None:
                replaced.is_replaced = True
        if replaced is not None:
            self._close_if_done(replaced)
        return opened

    def _left(self, publication: _Publication) -> None:
        with self._turn:
            publication.readers -= 1
        self._close_if_done(publication)

    def _replace(self, publication: _Publication) -> None:
        with self._turn:
            publication.is_replaced = True
            self._looked_at = float("-inf")
            if self._current is publication:
                self._current = None

    def _close_if_done(self, publication: _Publication) -> None:
        with publication.closing:
            if publication.is_replaced and publication.readers == 0:
                publication.opened.close()

    def _looked(self) -> str:
        now = time.monotonic()
        if now - self._looked_at >= self._look_seconds:
            self._state, self._looked_at = self._engine.live_state() or "", now
        return self._state

    def _opened(self, state: str) -> _Publication:
        opened = ExitStack()
        try:
            sessions = opened.enter_context(self._engine.readers(self._size))
            found = sessions[0].query(f"select run_id from {catalog.PARAMETERS.name}").column(0).to_pylist()
            idle: queue.LifoQueue[Session] = queue.LifoQueue()
            for session in sessions:
                idle.put(session)
        except BaseException:
            opened.close()
            raise
        return _Publication(state, str(found[0]), opened, idle)
