"""A bucket empties by requests, fills by time, and is each caller's own."""

from __future__ import annotations

import pytest

from regulars.serve.api import rate_limit
from regulars.serve.api.rate_limit import RateLimit


def test_a_burst_is_let_through_and_then_one_by_one() -> None:
    seconds = [0.0]
    limit = RateLimit(60, 3, lambda: seconds[0])
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 1]
    seconds[0] = 0.75
    assert limit.wait("a") == pytest.approx(0.25)
    seconds[0] = 1.0
    assert [limit.wait("a"), limit.wait("a")] == [0, pytest.approx(1)]
    seconds[0] = 1000.0
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 1]


def test_callers_have_buckets_of_their_own_and_nought_is_no_limit() -> None:
    limit = RateLimit(60, 1, lambda: 0.0)
    assert [limit.wait(caller) for caller in "aab"] == [0, 1, 0]
    assert {RateLimit(0, 1, lambda: 0.0).wait("a") for _ in range(50)} == {0}


def test_in_any_minute_no_more_than_the_rate_and_the_burst_come_through() -> None:
    seconds = [0.0]
    limit, passed = RateLimit(120, 10, lambda: seconds[0]), 0
    for step in range(6000):
        seconds[0] = step / 100
        passed += limit.wait("a") == 0
    assert 129 <= passed <= 130


def test_memory_does_not_grow_with_the_number_of_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MOST_CALLERS", 100)
    limit = RateLimit(60, 1, lambda: 0.0)
    for number in range(1000):
        limit.wait(str(number))
    assert len(limit._buckets) == 100
    assert limit.wait("999") > 0
