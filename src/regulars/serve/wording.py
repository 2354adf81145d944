"""The words of an explanation, for every interface alike: plain sentences made of what a Why holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from regulars.segments.outlook import MOST_ORDERS, Effort, Turn, Way
from regulars.segments.standing import METRICS

if TYPE_CHECKING:
    from regulars.serve.why import Metric, Move, Why

_CENT = Decimal("0.01")
_EFFORTS_SAID = 2


def date_words(day: dt.date) -> str:
    """A date as 3 March 2012, in English whatever the locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def money_words(amount: Decimal, currency: str) -> str:
    """An amount with the currency's code, when it is known."""
    return f"{amount:,.2f} {currency}".rstrip()


def headline(why: Why) -> str:
    """One sentence that answers the question."""
    start = f"{why.name} is in {why.segment} because "
    if why.lifetime_orders == 0:
        return f"{start}{_never_bought(why)}"
    last = date_words(why.last_order_date) if why.last_order_date else "long ago"
    if not why.is_active:
        return (
            f"{start}the last order, of {last}, is not within the {why.window_days} days that count:"
            " all three scores are 1."
        )
    recency, frequency, monetary = why.metrics
    refunds = f" after {money_words(why.refunded, why.currency)} of refunds" if why.refunded > 0 else ""
    return (
        f"{start}the last order was {_count(int(recency.value), 'day')} ago ({last}) and"
        f" {_count(int(frequency.value), 'order')} came to {_money(monetary.value, why)}{refunds}"
        f" in {why.window_days} days: scores {recency.score}, {frequency.score} and {monetary.score} of {why.bins}."
    )


def _never_bought(why: Why) -> str:
    if not why.not_counted:
        return "there is no order of theirs."
    listed = ", ".join(f"{count} {status}" for status, count in why.not_counted.items())
    return f"none of their orders counts: {listed}."


def rule_words(why: Why) -> str:
    """The code, and what in the map makes it this segment."""
    if why.rfm_score is None:
        return why.rule
    if why.rule == f"code {why.rfm_score} of {why.segment}":
        return f"{why.rfm_score}, a code of {why.segment} in the map {why.segment_map}"
    return f"{why.rfm_score}, {'' if why.rule.startswith('the rest') else 'by the rule '}{why.rule}"


def value_words(metric: Metric, why: Why) -> str:
    """The value with its unit."""
    if metric.metric == "monetary":
        return _money(metric.value, why)
    if metric.metric == "recency" and not why.is_active:
        return f"over {_count(why.window_days, 'day')}"
    return _count(int(metric.value), "day" if metric.metric == "recency" else "order")


def band_words(metric: Metric, why: Why) -> str:
    """The values that get the same score, both ends included."""
    if not why.is_active:
        return "outside"
    low, high = metric.value_from, metric.value_to
    if metric.method == "ntile":
        return f"{_plain(low)} to {_plain(high)}, by rank"
    if metric.metric == "monetary":
        if low is None:
            return "any amount" if high is None else f"below {_cents(high)}"
        return f"{_cents(low)} or more" if high is None else f"{_cents(low)} to {_cents(high - _CENT)}"
    first = 1 if low is None else _whole(low)
    if high is None:
        return f"{first} or more"
    last = _whole(high) - 1
    return f"{first}" if first == last else f"{first} to {last}"


def next_words(metric: Metric) -> str:
    """The next score, the value that gets it and what is missing to it."""
    if metric.next_score is None or metric.next_at is None or metric.missing is None:
        return "by rank" if metric.method == "ntile" else "–"
    if metric.metric == "recency":
        return f"{metric.next_score} at {metric.next_at} or less"
    if metric.metric == "frequency":
        return f"{metric.next_score} at {metric.next_at} (+{metric.missing})"
    return f"{metric.next_score} at {metric.next_at:,.2f} (+{metric.missing:,.2f})"


def share_words(why: Why) -> str:
    """How many are in the same segment, and how many with the same code."""
    words = f"{why.segment} holds {why.segment_share:.1%} of the base, {why.segment_customers:,} of {why.customers:,}"
    return words if why.rfm_score is None else f"{words}; {why.code_customers:,} have the code {why.rfm_score}"


def ways_up(why: Why) -> list[dict[str, str]]:
    """The better segments worth naming with what reaches each: the easiest, then only better ones that take more."""
    if why.outlook is None:
        return []
    named: list[Way] = []
    for way in why.outlook.ways:
        if not named or _is_better(way.segment, named[-1].segment, why):
            named.append(way)
    return [{"segment": way.segment, "words": _way(way, why)} for way in named]


def best_words(why: Why) -> str | None:
    """What to say when there is no way up."""
    if why.outlook is None or why.outlook.ways:
        return None
    if not why.outlook.unreachable:
        return f"nothing: {why.segment} is the best segment of the map {why.segment_map}"
    return f"no better segment is within {MOST_ORDERS} orders"


def one_more_order(why: Why) -> str | None:
    """Where one more order leads, when that is neither up nor nowhere."""
    if why.outlook is None or (why.outlook.ways and why.outlook.ways[0].efforts[0].orders == 1):
        return None
    spans = why.outlook.one_order
    if {span.segment for span in spans} == {why.segment}:
        return None
    return ", ".join(
        f"{span.segment} from {_money(span.spend_from, why)}" if span.spend_from else span.segment for span in spans
    )


def way_to_stay(why: Why) -> str | None:
    """What keeps the customer from slipping, unless as much lifts them, or more than a little money does harm."""
    if why.outlook is None or why.outlook.stay is None:
        return None
    least, ways = why.outlook.stay.efforts[0], why.outlook.ways
    if least.spend_below is not None or (ways and _cost(ways[0].efforts[0]) <= _cost(least)):
        return None
    return _way(why.outlook.stay, why)


def if_nothing_happens(why: Why) -> list[str]:
    """Where the passing of time alone leads, step by step."""
    if why.outlook is None:
        return []
    if not why.outlook.turns:
        return [f"{why.segment}, for as long as there is no order"]
    return [f"{turn.segment} from {date_words(turn.day)} ({_cause(turn)})" for turn in why.outlook.turns]


def move_words(move: Move) -> tuple[str, str, str]:
    """The day, the move and the cause of one change of segment."""
    change = f"{move.from_segment or 'new'} → {move.to_segment or 'gone'}"
    cause = move.cause or move.event
    if move.orders and move.from_as_of is not None:
        cause += f": {_count(move.orders, 'order')} since {date_words(move.from_as_of)}"
    return date_words(move.as_of), change, cause + (", restated" if move.is_restatement else "")


def _way(way: Way, why: Why) -> str:
    efforts = way.efforts[:_EFFORTS_SAID]
    words = [_effort(effort, way.segment, why) for effort in efforts]
    days = [_deadline(effort.last_day) for effort in efforts]
    if len(set(days)) == 1:
        return ", or ".join(words) + (("," if len(words) > 1 else "") + days[0] if days[0] else "")
    return ", or ".join(word + day for word, day in zip(words, days, strict=True))


def _effort(effort: Effort, segment: str, why: Why) -> str:
    if why.lifetime_orders == 0:
        orders = "a first order" if effort.orders == 1 else f"{effort.orders} orders"
    else:
        orders = "one more order" if effort.orders == 1 else f"{effort.orders} more orders"
    together = " together" if effort.orders > 1 else ""
    amount = f" of at least {_money(effort.spend_from, why)}{together}" if effort.spend_from else ""
    if effort.spend_below is None or effort.beyond is None or _is_better(effort.beyond, segment, why):
        return orders + amount
    # More money leads to a lower segment: said as what it is when that is still a rise, as a limit when it is none.
    limit = _money(effort.spend_below, why)
    if _is_better(effort.beyond, why.segment, why):
        return f"{orders}{amount} ({limit} or more{together}: {effort.beyond})"
    return f"{orders}{amount}, less than {limit}" if amount else f"{orders} of less than {limit}{together}"


def _is_better(segment: str, other: str, why: Why) -> bool:
    return why.segments.index(segment) < why.segments.index(other)


def _deadline(last_day: dt.date | None) -> str:
    return f" before {date_words(last_day + dt.timedelta(days=1))}" if last_day else ""


def _cost(effort: Effort) -> tuple[int, Decimal]:
    return effort.orders, effort.spend_from


def _cause(turn: Turn) -> str:
    if not turn.is_active:
        return "the last order leaves the window"
    scores = zip(METRICS, turn.code_before[:3], turn.code[:3], strict=True)
    changes = [(metric, before, after) for metric, before, after in scores if before != after]
    return _listed(f"{metric} {'falls' if after < before else 'rises'} to {after}" for metric, before, after in changes)


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _money(amount: Decimal | int, why: Why) -> str:
    return money_words(Decimal(amount), why.currency)


def _cents(edge: Decimal) -> str:
    return f"{edge.quantize(_CENT, ROUND_CEILING):,.2f}"


def _whole(edge: Decimal) -> int:
    return int(edge.to_integral_value(ROUND_CEILING))


def _plain(value: Decimal | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"
