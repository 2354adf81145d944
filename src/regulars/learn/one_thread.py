"""Linear algebra on one thread, so that its sums are the same on every machine."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """Keeps sums in one order: several threads add up as they end, and the last digit would be the machine's."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
