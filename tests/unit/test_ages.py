"""Ages are written in words and refused where they are none."""

from __future__ import annotations

import pytest

from regulars.ages import hours, refuse_wrong_ages


@pytest.mark.parametrize(
    ("words", "expected"), [("26 hours", 26), ("3 days", 72), ("90 minutes", 1.5), ("1 week", 168)]
)
def test_words_are_hours(words: str, expected: float) -> None:
    assert hours(words) == expected


@pytest.mark.parametrize("words", ["", "soon", "-1 days", "3 moons", "day"])
def test_what_is_no_age_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="is no age"):
        hours(words)


def test_a_source_is_told_before_it_stops_a_run() -> None:
    refuse_wrong_ages("1 day", "2 days")
    refuse_wrong_ages(None, "2 days")
    with pytest.raises(ValueError, match="is above error_after"):
        refuse_wrong_ages("3 days", "2 days")
