"""Watermarks of typed columns: up to where one was read, as text that keeps its precision, and how far to look back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from regulars.errors import SettingsError
from regulars.sources.look_back import LookBack

Mark: TypeAlias = int | Decimal | dt.datetime | dt.date | str

_KINDS = {int: "a whole number", Decimal: "a number", dt.datetime: "a time", dt.date: "a date", str: "text"}


def written(mark: Mark) -> str:
    """A watermark as the ledger keeps it; times with microseconds, and in UTC when they have a zone."""
    if isinstance(mark, dt.datetime):
        moment = mark.astimezone(dt.UTC) if mark.tzinfo else mark
        return moment.isoformat(sep=" ", timespec="microseconds")
    return mark.isoformat() if isinstance(mark, dt.date) else str(mark)


def read(text: str, kind: type[Mark]) -> Mark:
    """The watermark that `written` made, as a value of the column's type.

    Raises:
        SettingsError: The column has another type now than when it was read last.
    """
    try:
        if kind is dt.datetime:
            return dt.datetime.fromisoformat(text)
        if kind is dt.date:
            return dt.date.fromisoformat(text)
        return kind(text)  # type: ignore[call-arg, arg-type]
    except (ValueError, InvalidOperation):
        raise SettingsError(
            f"The last watermark is {text}, and the column is {_KINDS[kind]} now. Land it again from the beginning:"
            " regulars land --full-refresh."
        ) from None


def lowered(mark: Mark, look_back: str) -> Mark:
    """The watermark less the look-back: from where rows are read again.

    Raises:
        SettingsError: The look-back is of no known form, or does not fit the watermark's type.
    """
    back = LookBack.parsed(look_back)
    if back.is_nothing:
        return mark
    if back.span is None:
        if isinstance(mark, int | Decimal):
            return mark - back.steps
    elif isinstance(mark, dt.datetime):
        return back.before(mark)
    elif isinstance(mark, dt.date):
        # A date stands for the whole of its day.
        return back.before(dt.datetime.combine(mark, dt.time.min)).date()
    elif isinstance(mark, str) and (moment := _moment(mark)):
        # Shorter than the texts of that moment, so it sorts before all of them.
        plain = back.before(moment.replace(tzinfo=None))
        return plain.isoformat(sep=mark[10] if len(mark) > 10 else " ", timespec="seconds")[: len(mark)]
    kind = next(words for kind, words in _KINDS.items() if isinstance(mark, kind))
    raise back.misfit(f"{mark}, which is {kind}", is_number=isinstance(mark, int | Decimal))


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
