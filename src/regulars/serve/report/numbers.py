"""Numbers for people, and the exact value beside them for machines and for those who check."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

NOTHING = "–"


@dataclass(frozen=True)
class Number:
    """A number as it is printed, with its exact value."""

    exact: str
    shown: str


def count(value: int | None) -> Number:
    """Whole things, with thousands apart."""
    return Number("", NOTHING) if value is None else Number(str(value), f"{value:,}")


def money(value: Decimal | None, currency: str, digits: int = 0) -> Number:
    """An amount with the currency's code; without cents, unless they matter."""
    if value is None:
        return Number("", NOTHING)
    # Rounding may leave a minus before nothing.
    shown = f"{round(Decimal(value), digits) + 0:,.{digits}f}"
    return Number(f"{Decimal(value):.2f}", f"{shown} {currency}".rstrip())


def share(value: Decimal | float | None, digits: int = 0) -> Number:
    """A share in percent; a small one is not told as none."""
    if value is None:
        return Number("", NOTHING)
    precise = 1 if 0 < value < 0.005 and digits == 0 else digits
    return Number(f"{Decimal(value):.6f}", f"{100 * float(value):.{precise}f} %")


@dataclass(frozen=True)
class Change:
    """How a number moved: `direction` is up, down, same or unknown."""

    direction: str
    words: str


def change(now: Decimal | int | None, before: Decimal | int | None) -> Change:
    """The change in percent; not known where there is nothing to compare with."""
    if now is None or before is None or before <= 0:
        return Change("unknown", "nothing to compare with")
    ratio = (Decimal(now) - Decimal(before)) / Decimal(before)
    percent = round(100 * ratio, 1)
    if percent == 0:
        return Change("same", "unchanged")
    if percent > 999:
        return Change("up", f"{Decimal(now) / Decimal(before):,.0f} times as much")
    digits = 0 if abs(percent) >= 10 else 1
    return Change("up" if percent > 0 else "down", f"{percent:+.{digits}f} %".replace("-", "−"))
