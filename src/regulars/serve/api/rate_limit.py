"""Token buckets: so many requests a minute, some of them at once, for each of any number of callers.

A bucket that is full is the same as none, so only the callers of late are remembered, and of those a bounded number.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

# Callers remembered at most: who comes from more addresses than this pushes out the ones that were quiet longest.
MOST_CALLERS = 20_000


class RateLimit:
    """So many requests a minute per caller, `burst` of them at once; 0 a minute = no limit.

    Args:
        per_minute: How fast a bucket fills.
        burst: How many requests a full bucket holds.
        clock: Seconds that only ever grow.
    """

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = per_minute / 60, float(burst), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str) -> float:
        """Takes a request out of the caller's bucket: 0 when there was one, else the seconds until there is."""
        if self._rate == 0:
            return 0.0
        now = self._clock()
        tokens, since = self._buckets.pop(caller, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        allowed = tokens >= 1
        self._buckets[caller] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - tokens) / self._rate
