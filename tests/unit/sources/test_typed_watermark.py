"""Watermarks round-trip by type, and look back by what fits it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from regulars.errors import SettingsError
from regulars.sources.typed_watermark import Mark, lowered, read, written

NOON = dt.datetime(2025, 3, 1, 12, 0, 0, 1)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (7, "7"),
        (Decimal("7.50"), "7.50"),
        (NOON, "2025-03-01 12:00:00.000001"),
        (NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=2))), "2025-03-01 10:00:00.000001+00:00"),
        (dt.date(2025, 3, 1), "2025-03-01"),
        ("it's", "it's"),
    ],
)
def test_a_watermark_round_trips(mark: Mark, text: str) -> None:
    assert written(mark) == text
    assert read(text, type(mark)) == mark


@pytest.mark.parametrize(
    ("mark", "look_back", "lowest"),
    [
        (700, "500", 200),
        (700, "0 seconds", 700),
        (NOON, "2 days", dt.datetime(2025, 2, 27, 12, 0, 0, 1)),
        (dt.date(2025, 3, 1), "6 hours", dt.date(2025, 2, 28)),
        ("2025-03-01T12:00:00Z", "1 hour", "2025-03-01T11:00:00"),
        ("2025-03-01", "1 day", "2025-02-28"),
        (dt.datetime(1, 1, 2), "4 weeks", dt.datetime.min),
    ],
)
def test_the_look_back_is_taken_off(mark: Mark, look_back: str, lowest: Mark) -> None:
    assert lowered(mark, look_back) == lowest


@pytest.mark.parametrize(("mark", "look_back"), [(700, "2 days"), (NOON, "500"), ("word", "1 day"), (7, "-1")])
def test_a_look_back_that_does_not_fit_is_refused(mark: Mark, look_back: str) -> None:
    with pytest.raises(SettingsError, match="look_back"):
        lowered(mark, look_back)


def test_a_column_that_changed_its_type_is_said_plainly() -> None:
    with pytest.raises(SettingsError, match="--full-refresh"):
        read("500", dt.datetime)
