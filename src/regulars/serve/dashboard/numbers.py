"""Numbers, money, shares and dates as people read them: the one place of the dashboard that formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from regulars.serve.report import numbers
from regulars.serve.report.numbers import NOTHING
from regulars.serve.wording import date_words

_THOUSANDS = ((1_000_000_000, "bn"), (1_000_000, "m"))


def count(value: int | None) -> str:
    """12,345."""
    return numbers.count(None if value is None else int(value)).shown


def money(value: Any, currency: str, digits: int = 0) -> str:
    """12,345 EUR."""
    return numbers.money(None if value is None else Decimal(str(value)), currency, digits).shown


def cents(value: Any, currency: str) -> str:
    """12,345.67 EUR, of one order or one customer."""
    return money(value, currency, 2)


def short_money(value: Any, currency: str) -> str:
    """12.3 m EUR, where room is scarce; amounts below ten million are written out."""
    if value is not None and abs(value) >= 10_000_000:
        size, word = next(pair for pair in _THOUSANDS if abs(value) >= pair[0])
        return f"{Decimal(str(value)) / size:,.1f} {word} {currency}".rstrip()
    return money(value, currency)


def share(value: Any, digits: int = 0) -> str:
    """37 %."""
    return numbers.share(value, digits).shown


def number(value: Any, digits: int = 1) -> str:
    """3.4."""
    return NOTHING if value is None else f"{float(value):,.{digits}f}"


def date(value: dt.date | dt.datetime | str | None) -> str:
    """5 January 2026."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, str):
        value = dt.date.fromisoformat(value[:10])
    return date_words(value.date() if isinstance(value, dt.datetime) else value)


def short_date(value: dt.date | dt.datetime | None) -> str:
    """5 Jan 2026, where room is scarce."""
    return NOTHING if value is None else f"{value.day} {value:%b %Y}"


def moment(value: dt.datetime | None) -> str:
    """5 January 2026, 14:07 UTC."""
    return NOTHING if value is None else f"{date(value)}, {value:%H:%M} UTC"


def change(now: Any, before: Any) -> str:
    """+12 %, or a few words where a percentage says nothing."""
    return numbers.change(now, before).words


def text(value: Any) -> str:
    """Anything else as text."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def formatter(kind: str, currency: str = "") -> Callable[[Any], str]:
    """How a column of a kind is written: count, money, cents, share, number, date, short_date, moment or some text."""
    with_currency: dict[str, Callable[[Any, str], str]] = {"money": money, "cents": cents, "short_money": short_money}
    if kind in with_currency:
        return lambda value: with_currency[kind](value, currency)
    plain: dict[str, Callable[[Any], str]] = {
        "count": count,
        "share": share,
        "number": number,
        "date": date,
        "short_date": short_date,
        "moment": moment,
        "text": text,
        "word": text,
        "words": text,
        "change": text,
    }
    return plain[kind]
