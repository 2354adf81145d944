"""Watermarks of answers without types, as text: numbers compare as numbers, all else as text; and a step below."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from regulars.errors import SettingsError

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SPAN = re.compile(r"([0-9]+)\s*(second|minute|hour|day|week)s?", re.IGNORECASE)


class Watermark:
    """The greatest value seen so far; one that is no text and no number does not count."""

    def __init__(self, since: str | None) -> None:
        self.value = since
        self.seen = 0

    def see_all(self, values: list[object]) -> None:
        """Takes in many values; of those of one kind, only the greatest needs a look."""
        kinds = set(map(type, values))
        if kinds == {int}:
            self.seen += len(values) - 1
            values = [max(values)]  # type: ignore[type-var]
        elif kinds == {str} and not any(map(_NUMBER.fullmatch, values)):  # type: ignore[arg-type]
            values = [max(values)]  # type: ignore[type-var]
        for value in values:
            self.see(value)

    def see(self, value: object) -> None:
        """Takes in the value of one more record."""
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            return
        text = str(value).strip()
        if not text:
            return
        self.seen += 1
        if self.value is None or _is_beyond(text, self.value):
            self.value = text


def below(since: str, look_back: str, source: str) -> str:
    """The watermark, lowered by a span of time or a number of ids.

    Raises:
        SettingsError: `look_back` is neither, or does not fit the watermark.
    """
    text = look_back.strip()
    span = _SPAN.fullmatch(text)
    if span is None and not _NUMBER.fullmatch(text):
        raise SettingsError(
            f"look_back = {look_back!r} of source {source} is no span. Write 2 days, or a number of ids."
        )
    amount = Decimal(span[1]) if span else Decimal(text)
    if not amount:
        return since
    if _NUMBER.fullmatch(since):
        if span is None:
            return str(Decimal(since) - amount)
        repair = "a number, in the unit of the watermark"
    elif span is not None and (moment := _moment(since)) is not None:
        step = dt.timedelta(**{f"{span[2].lower()}s": float(amount)})
        return _spelled_like(since, moment - step)
    else:
        repair = "a span of time if the watermark is one; only 0 seconds fits other text"
    raise SettingsError(
        f"look_back = {look_back!r} of source {source} does not fit its watermark {since}. Write {repair}."
    )


def _is_beyond(left: str, right: str) -> bool:
    if _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        return Decimal(left) > Decimal(right)
    return left > right


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _spelled_like(sample: str, moment: dt.datetime) -> str:
    """ISO as the server writes it: with a T or a space, with Z or an offset, a date alone when it is one."""
    if ":" not in sample:
        return moment.date().isoformat()
    text = moment.isoformat(sep="T" if "T" in sample else " ")
    return text.removesuffix("+00:00") + "Z" if sample.endswith("Z") else text
