"""What is foretold, and how good it is, in the words of a shop owner; for every interface alike."""

from __future__ import annotations

from decimal import Decimal

from regulars.serve.foretold import Ahead, Foretold, Outlook, Verdict
from regulars.serve.wording import date_words, money_words

# Foretold of the base, this one is said after a run: long enough for most shops to buy in, short enough to be tested.
HEADLINE_DAYS = 90

TITLES = {
    "orders": "Orders",
    "value": "Value",
    "churn": "Who leaves",
    "daily_revenue": "Daily sales",
    "daily_orders": "Daily orders",
    "daily_active_customers": "Daily buyers",
    "season": "Season",
}
_BASELINES = {
    "the same days before, once more": "repeating the {days} days before",
    "days since the last order alone": "by the days since the last order alone",
    "seasonal naive": "repeating the week before",
    "calendar days": "counting days of the calendar",
}
# What a prediction is judged by in one number, the smaller the better.
MAIN_MEASURES = ("mean_absolute_error", "brier_score")


def verdict_word(verdict: Verdict | None) -> str:
    """The verdict in a word or two."""
    return "validated" if verdict is not None and verdict.is_validated else "not validated"


def test_words(verdict: Verdict | None, currency: str) -> str:
    """What the test has shown, in one sentence: how far off it was, and how far off the naive forecast."""
    if verdict is None:
        return "not tested"
    if not verdict.is_tested or verdict.cut_off is None:
        return f"not tested: {verdict.note}"
    days = f"tested on the {verdict.horizon} days from {date_words(verdict.cut_off)}"
    if not verdict.is_comparable:
        return f"{days}: {verdict.note}"
    baseline = _BASELINES.get(verdict.baseline or "", verdict.baseline or "").format(days=verdict.horizon)
    return f"{days}: {_error_words(verdict, currency, baseline)}{_total_words(verdict)}"


def _error_words(verdict: Verdict, currency: str, baseline: str) -> str:
    if verdict.model == "churn":
        share, naive = verdict.measures["area_under_curve"]
        return (
            f"of one who left and one who stayed it knew which in {_percent(share)} of cases"
            f" ({baseline}: {_percent(naive)})"
        )
    error, naive = verdict.measures["mean_absolute_error"]
    per = "day" if verdict.model.startswith("daily_") else "customer"
    unit = _unit(verdict.model, currency)
    return f"off by {error:,.2f}{unit} per {per} ({baseline}: {naive:,.2f})"


def _total_words(verdict: Verdict) -> str:
    off = verdict.measures.get("bias", (None, None))[0]
    if off is None:
        return ""
    if abs(off) < 0.005:
        return ", in total right"
    return f", in total {_percent(abs(off))} too {'much' if off > 0 else 'little'}"


def still_customer_words(found: Foretold) -> str:
    """Whether the customer still buys, and when next."""
    words = f"{_chance(found.probability_alive)} likely"
    if found.next_order_date is None:
        return words
    return f"{words}; if so, the next order is expected by {date_words(found.next_order_date)}"


def ahead_words(ahead: Ahead, currency: str) -> str:
    """Orders and their value of the days ahead."""
    return (
        f"{_orders(ahead.orders)} expected ({interval_words(ahead)} in 8 of 10 cases),"
        f" worth {money_words(ahead.value, currency)}{value_interval_words(ahead)}"
    )


def value_interval_words(ahead: Ahead) -> str:
    """Between which amounts the value lies in 8 of 10 cases, in brackets; nothing where that is not foretold."""
    if ahead.lowest_value is None or ahead.highest_value is None:
        return ""
    return f" ({ahead.lowest_value:,.2f} to {ahead.highest_value:,.2f})"


def interval_words(ahead: Ahead) -> str:
    """Between which numbers the orders lie in 8 of 10 cases."""
    same = ahead.fewest_orders == ahead.most_orders
    return f"{ahead.fewest_orders}" if same else f"{ahead.fewest_orders} to {ahead.most_orders}"


def churn_words(found: Foretold) -> str | None:
    """How likely the customer is to stay away."""
    if found.churn_probability is None:
        return None
    return f"{_chance(found.churn_probability)} likely to place no order within {found.churn_horizon} days"


def health_words(found: Foretold) -> str | None:
    """The health score and what it is made of."""
    if found.health_score is None:
        return None
    factors = ", ".join(
        f"{factor.factor.replace('_', ' ')} {_points(factor.points)} of {_points(factor.of)}"
        for factor in found.factors
    )
    return f"{_points(found.health_score)} of 100, {found.health}: {factors}"


def headline(outlook: Outlook) -> list[str]:
    """Two lines for the end of a run: what is foretold of everybody, and how good it is."""
    if not outlook.customers:
        return []
    verdicts = {(verdict.model, verdict.horizon): verdict for verdict in outlook.verdicts}
    orders, value = (outlook.totals.get((what, HEADLINE_DAYS), 0.0) for what in ("orders", "value"))
    money = f"{value:,.0f} {outlook.currency}".rstrip()
    test = verdicts.get(("value", HEADLINE_DAYS))
    join = ", " if test is not None and test.is_tested else "; "
    lines = [
        f"About {orders:,.0f} orders worth {money} in the next {HEADLINE_DAYS} days."
        f" {verdict_word(test).capitalize()}{join}{test_words(test, outlook.currency)}."
    ]
    for (what, days), leaving in outlook.totals.items():
        if what == "churn":
            verdict = verdict_word(verdicts.get((what, days))).capitalize()
            who = f"About {leaving:,.0f} of {outlook.customers:,} customers"
            lines.append(f"{who} will place no order in {days} days. {verdict}.")
    return lines


def total_words(verdict: Verdict, outlook: Outlook) -> str:
    """What is foretold of everybody in total."""
    total = outlook.totals.get((verdict.model, verdict.horizon))
    if total is None:
        return "–"
    if verdict.model in ("value", "daily_revenue"):
        return f"{total:,.0f} {outlook.currency}".rstrip()
    return f"{total:,.0f}"


def error_words(verdict: Verdict) -> tuple[str, str, str]:
    """The prediction's error, that of the naive forecast, and by which share the total was off."""
    for measure in MAIN_MEASURES:
        if measure in verdict.measures:
            error, naive = verdict.measures[measure]
            off = verdict.measures.get("bias", (None, None))[0]
            digits = 3 if measure == "brier_score" else 2
            numbers = ["–" if number is None else f"{number:,.{digits}f}" for number in (error, naive)]
            return numbers[0], numbers[1], "–" if off is None else f"{off:+.0%}"
    return "–", "–", "–"


def _unit(model: str, currency: str) -> str:
    if model in ("value", "daily_revenue"):
        return f" {currency}" if currency else ""
    return " buyers" if model == "daily_active_customers" else " orders"


def _percent(share: float | None) -> str:
    """A share in whole percent."""
    return "–" if share is None else f"{100 * share:.0f} %"


def _chance(probability: Decimal) -> str:
    """A probability in whole percent; never 0 or 100, as no model knows that."""
    percent = round(100 * float(probability))
    if percent == 0:
        return "under 1 %"
    return "over 99 %" if percent == 100 else f"{percent} %"


def _orders(number: Decimal) -> str:
    words = f"{number:,.1f}" if number >= Decimal("0.05") or number == 0 else "under 0.1"
    return f"{words} order" + ("" if words == "1.0" else "s")


def _points(number: Decimal) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
