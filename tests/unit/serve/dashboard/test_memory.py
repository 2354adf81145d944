"""Answers are worked out once, also for many who ask at once, and the oldest are forgotten."""

from __future__ import annotations

import threading
import time

import pytest

from regulars.serve.dashboard.memory import Memory


def test_of_many_who_ask_at_once_one_works() -> None:
    memory, made = Memory(), []

    def make() -> int:
        made.append(1)
        time.sleep(0.05)
        return 7

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(memory.made("key", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [7] * 8 and made == [1]


def test_the_answer_that_was_asked_for_longest_ago_goes() -> None:
    memory = Memory(most=2)
    for key in ("a", "b", "a", "c"):
        memory.made(key, lambda key=key: key)  # type: ignore[misc]
    assert memory.made("a", lambda: "anew") == "a"
    assert memory.made("b", lambda: "anew") == "anew"


def test_what_fails_is_tried_again() -> None:
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.made("key", lambda: 1 // 0)
    assert memory.made("key", lambda: 1) == 1
