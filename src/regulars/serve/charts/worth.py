"""What the chart of expected values draws: how many customers are worth how much, and which share of all that is."""

from __future__ import annotations

from dataclasses import dataclass

from regulars import marts
from regulars.engines.base import Session
from regulars.serve.charts.basis import Missing, Words, missing, percent, read_ground
from regulars.serve.value_views import Bin, bin_words, has_values, spread


@dataclass(frozen=True)
class Bar:
    """The customers of one range of values, with their shares of all customers and of all the value."""

    bin: Bin
    said: str
    share: float
    value_share: float


@dataclass(frozen=True)
class Worth:
    """How the expected values of some days ahead are spread."""

    words: Words
    conclusion: str
    days: int
    label: str
    is_validated: bool
    bars: tuple[Bar, ...]


def read_value_spread(live: Session, days: int = 365) -> Worth | Missing:
    """Customers by what they are expected to bring in the next days."""
    title = f"Customers by what they are expected to bring in the next {days} days"
    if not has_values(live):
        return missing(
            title,
            "Nothing is foretold in the published warehouse.",
            "`regulars run ORDERS` foretells from valid orders.",
        )
    ground = read_ground(live)
    bins = spread(live, days)
    customers, value = sum(each.customers for each in bins), sum((each.value for each in bins), start=0 * bins[0].value)
    bars = tuple(
        Bar(
            each,
            bin_words(each, ""),
            each.customers / customers,
            float(each.value / value) if value > 0 else 0.0,
        )
        for each in bins
    )
    [tested] = live.query(
        f"select coalesce(bool_and(is_validated), false) as is_validated from {marts.VALIDATION}"
        " where model = 'value' and horizon = $1",
        (days,),
    ).to_pylist()
    verdict = "Validated" if tested["is_validated"] else "Not validated: do not plan by it"
    unit = f" {ground.currency}".rstrip()
    subtitle = f"{verdict}. {customers:,} customers who ever bought, {value:,.0f}{unit} in all."
    conclusion = _conclusion(bars, unit)
    words = Words(title, subtitle, f"{title}. {subtitle} {conclusion}")
    return Worth(words, conclusion, days, ground.money("Expected value"), tested["is_validated"], bars)


def _conclusion(bars: tuple[Bar, ...], unit: str) -> str:
    """From which value on the best half of the value lies, and how few customers that is."""
    share = people = 0.0
    for bar in reversed(bars):
        share, people = share + bar.value_share, people + bar.share
        if share >= 0.5:
            low = f"{bar.bin.low:,}{unit} or more" if bar.bin.low is not None else "any amount"
            return (
                f"{percent(share)} of the value is expected from {percent(people)} of the customers, those of {low}:"
                " look after them by name."
            )
    return "Hardly anything is expected of anybody: win new customers."
