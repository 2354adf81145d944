"""Watermarks of answers without types, as text: numbers compare as numbers, all else as text; and a step below."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from regulars.sources.look_back import LookBack

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


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


def below(since: str, look_back: str) -> str:
    """The watermark, lowered by a span of time or a number of ids.

    Raises:
        SettingsError: `look_back` is neither, or does not fit the watermark.
    """
    back = LookBack.parsed(look_back)
    if back.is_nothing:
        return since
    is_number = _NUMBER.fullmatch(since) is not None
    if is_number and back.span is None:
        return str(Decimal(since) - back.steps)
    if not is_number and back.span is not None and (moment := _moment(since)) is not None:
        return _spelled_like(since, back.before(moment))
    raise back.misfit(since, is_number=is_number)


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
