"""A mark says whether who wrote it still lives, even where its number was given anew."""

from __future__ import annotations

import os
import subprocess
import sys

from regulars.engines.processes import is_living, mark


def test_this_process_lives_and_an_earlier_one_of_its_number_does_not() -> None:
    assert is_living(mark())
    assert not is_living(f"{os.getpid()}-0000"), "the same number in another life, as in a container that was restarted"


def test_another_process_lives_until_it_ends() -> None:
    asked = "from regulars.engines.processes import mark; print(mark(), flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", asked], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdin is not None
    marked = other.stdout.readline().strip()
    assert is_living(marked)
    other.communicate("\n")
    assert not is_living(marked)


def test_what_is_no_mark_is_nobodys() -> None:
    assert not is_living("") and not is_living("somebody")
