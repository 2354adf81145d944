"""What pages remember: an answer is worked out once for each publication, whoever asks, and forgotten with it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

# Answers are charts and short tables; so many of them take some tens of megabytes at most.
MOST_ANSWERS = 512


class Memory:
    """Answers by the run that was published and by what was asked.

    Args:
        most: Answers that are kept, the last ones asked for.
    """

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._known: OrderedDict[Hashable, Any] = OrderedDict()
        self._working: dict[Hashable, threading.Lock] = {}

    def made(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The answer to a question, worked out now if it is not known; who asks for the same meanwhile waits."""
        with self._turn:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
            mine = self._working.setdefault(key, threading.Lock())
        with mine:
            with self._turn:
                if key in self._known:
                    return self._known[key]
            try:
                found = make()
                with self._turn:
                    self._known[key] = found
                    while len(self._known) > self._most:
                        self._known.popitem(last=False)
            finally:
                with self._turn:
                    self._working.pop(key, None)
        return found
