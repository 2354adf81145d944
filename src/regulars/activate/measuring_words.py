"""What a measurement says, in words that do not say more than it does."""

from __future__ import annotations

import pyarrow as pa

from regulars.activate.measuring import Measure, Measurement
from regulars.activate.uplift import FEW, Uplift

_NAMES = {"orders": "orders per customer", "revenue": "revenue per customer", "bought": "share who bought"}


def said(measured: Measurement, currency: str) -> tuple[pa.Table, list[str]]:
    """A table of the measures, and the sentences under it."""
    rows = [
        {
            "measure": _NAMES[one.measure],
            "exported": _number(one.measure, one.exported.mean),
            "held_back": _number(one.measure, one.held_back.mean),
            "difference": _difference(one),
            "from_to_95": _interval(one),
        }
        for one in measured.measures
    ]
    exported, held_back = measured.measures[0].exported.customers, measured.measures[0].held_back.customers
    lines = [f"{exported:,} customers were exported and {held_back:,} held back."]
    revenue = next(one for one in measured.measures if one.measure == "revenue")
    lines += _verdict(revenue, currency)
    if min(exported, held_back) < FEW:
        lines.append(f"With fewer than {FEW} customers in a group the interval is rough: one large order can make it.")
    if measured.merged:
        lines.append(f"{measured.merged:,} are not counted: they turned out to be one person with the other group.")
    if measured.gone:
        lines.append(f"{measured.gone:,} are not counted: they are no longer in the base.")
    return pa.Table.from_pylist(rows), lines


def _verdict(revenue: Measure, currency: str) -> list[str]:
    found = revenue.uplift
    if found is None:
        return ["A group of one customer or none compares with nothing. Hold more back the next time."]
    money = f" {currency}" if currency else ""
    if not found.is_shown:
        return [
            "No difference in revenue is shown: zero lies in the interval.",
            f"Groups like these would show a true difference of {found.detectable:,.2f}{money} per customer four times"
            " out of five, and smaller ones less often.",
        ]
    total = [value * revenue.exported.customers for value in (found.difference, found.low, found.high)]
    word = "brought" if found.difference > 0 else "cost"
    low, high = sorted(abs(value) for value in total[1:])
    relative = f" ({found.relative:+.1%})" if found.relative is not None else ""
    return [
        f"The export {word} {abs(total[0]):,.2f}{money} of revenue{relative}, with 95 % confidence between"
        f" {low:,.2f} and {high:,.2f}."
    ]


def _number(measure: str, value: float) -> str:
    return f"{value:.1%}" if measure == "bought" else f"{value:,.2f}" if measure == "revenue" else f"{value:,.3f}"


def _signed(measure: str, value: float) -> str:
    return f"{'-' if value < 0 else '+'}{_number(measure, abs(value))}"


def _difference(one: Measure) -> str:
    return _signed(one.measure, one.uplift.difference) if one.uplift else "–"


def _interval(one: Measure) -> str:
    found: Uplift | None = one.uplift
    return f"{_signed(one.measure, found.low)} to {_signed(one.measure, found.high)}" if found else "–"
