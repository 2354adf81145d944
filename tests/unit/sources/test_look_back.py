"""A look-back is read the same way whatever the feed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import SettingsError
from regulars.sources import mongo, text_watermark, typed_watermark
from regulars.sources.look_back import LookBack

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}


@given(st.integers(0, 10_000), st.sampled_from(sorted(UNITS)), st.sampled_from(["", "s"]), st.sampled_from(["", " "]))
def test_every_unit_is_a_span(amount: int, unit: str, plural: str, space: str) -> None:
    back = LookBack.parsed(f"{amount}{space}{unit.upper()}{plural}")
    assert back.span == dt.timedelta(seconds=amount * UNITS[unit])
    assert back.is_nothing == (amount == 0)


def test_a_number_is_one_of_steps() -> None:
    assert (LookBack.parsed(" 500 ").steps, LookBack.parsed("500").span) == (500, None)


@pytest.mark.parametrize("words", ["", "soon", "-1", "2 parsecs", "1.5 days", "2 s", "days", "2 days ago"])
def test_anything_else_is_refused_in_the_same_words_by_every_feed(words: str) -> None:
    noon = dt.datetime(2025, 3, 1, 12)
    said = set()
    for refuse in (
        lambda: typed_watermark.lowered(noon, words),
        lambda: text_watermark.below(noon.isoformat(), words),
        lambda: mongo._looking_back(noon, words),
    ):
        with pytest.raises(SettingsError, match="is no time such as 2 days, and no number") as caught:
            refuse()
        said.add(str(caught.value))
    assert len(said) == 1


def test_every_feed_takes_the_same_span_off_and_none_falls_out_of_time() -> None:
    noon = dt.datetime(2025, 3, 1, 12)
    assert typed_watermark.lowered(noon, "36 hours") == mongo._looking_back(noon, "36 hours")
    assert text_watermark.below(noon.isoformat(), "36 hours") == "2025-02-28T00:00:00"
    for ages in ("999999 weeks", "99999999999999 weeks"):
        assert typed_watermark.lowered(noon, ages) == mongo._looking_back(noon, ages) == dt.datetime.min
        assert text_watermark.below(noon.isoformat(), ages) == "0001-01-01T00:00:00"
