"""One customer's story for a page: what came when, why they are where they are, and what is foretold of them.

Sentences are made without the customer's name, which may be masked, so that nothing personal hides in a text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.serve import prediction_words, wording
from regulars.serve.foretold import Foretold, foretold
from regulars.serve.linkage import RULES
from regulars.serve.queries import Queries
from regulars.serve.served_orders import refuse_without_orders
from regulars.serve.why import Why, explain

EVENTS_SHOWN = 1000
_NAMELESS = "This customer"


@dataclass(frozen=True)
class Explained:
    """Why a customer is in a segment.

    Attributes:
        headline: The answer in one sentence.
        rule: The code, and what makes it this segment.
        metrics: A row for each of recency, frequency and monetary: value, score, band, next.
        ways: How to get to a better segment, as rows of segment and words.
        sentences: What else would change it, and when.
        moves: The newest moves, as rows of day, move and cause.
    """

    headline: str
    rule: str
    metrics: tuple[dict[str, Any], ...]
    ways: tuple[dict[str, str], ...]
    sentences: tuple[str, ...]
    moves: tuple[dict[str, str], ...]


def events(live: Session, customer_id: int) -> pa.Table:
    """Orders and refunds, the newest first: what, on which day, how much, and whether it counts.

    Raises:
        InputError: The orders are not served.
    """
    refuse_without_orders(live)
    return live.query(
        "select what, day, order_id, status, amount, store, counts from ("
        "select 'order' as what, order_date as day, order_id, status, amount, store, is_valid as counts"
        f" from {marts.FCT_ORDERS} where customer_id = $1 union all"
        " select 'refund', refund_date, order_id, status, -refunded_amount, store, true"
        f" from {marts.FCT_ORDERS} where customer_id = $1 and refund_date is not null and refunded_amount > 0"
        f") as happened order by day desc, order_id desc, what limit {EVENTS_SHOWN}",
        (customer_id,),
    )


def explained(queries: Queries, customer_id: int) -> Explained:
    """Why a customer is in their segment, in words.

    Raises:
        InputError: There is no such customer, or the orders are not served.
    """
    why = replace(explain(queries, str(customer_id)), name=_NAMELESS)
    sentences = [*wording.if_nothing_happens(why)]
    sentences = [f"Without another order: {'; '.join(sentences)}."] if sentences else []
    if more := wording.one_more_order(why):
        sentences.insert(0, f"With one more order: {more}.")
    if stay := wording.way_to_stay(why):
        sentences.append(f"To stay: {stay}.")
    if why.no_outlook_because:
        sentences.append(why.no_outlook_because)
    moves = [wording.move_words(move) for move in why.moves]
    return Explained(
        wording.headline(why),
        wording.rule_words(why),
        tuple(_metric(metric, why) for metric in why.metrics) if why.rfm_score else (),
        tuple(wording.ways_up(why)),
        tuple(sentences),
        tuple({"day": day, "move": move, "cause": cause} for day, move, cause in moves),
    )


def predicted(queries: Queries, customer_id: int) -> Foretold | None:
    """What is foretold of a customer; None for who never bought, and where nothing is foretold."""
    return foretold(queries, customer_id)


def ahead_rows(found: Foretold) -> list[dict[str, Any]]:
    """What is foretold for each span of days, with its interval and its verdict."""
    return [
        {
            "days": f"{ahead.days} days",
            "orders": ahead.orders,
            "between": prediction_words.interval_words(ahead),
            "value": ahead.value,
            "lowest": ahead.lowest_value,
            "highest": ahead.highest_value,
            "verdict": prediction_words.verdict_word(found.verdict("value", ahead.days)),
            "test": prediction_words.test_words(found.verdict("value", ahead.days), found.currency),
        }
        for ahead in found.ahead
    ]


def records(queries: Queries, customer_id: int) -> pa.Table:
    """The source records that are this person, each with what linked it, in words."""
    found = queries.customer_sources(customer_id)
    reasons = [RULES.get(rule, rule) for rule in found["linked_by"].to_pylist()]
    return found.append_column("reason", pa.array(reasons, pa.string()))


def _metric(metric: Any, why: Why) -> dict[str, Any]:
    return {
        "metric": metric.metric.capitalize(),
        "value": wording.value_words(metric, why),
        "score": metric.score,
        "band": wording.band_words(metric, why),
        "next": wording.next_words(metric),
        "share": metric.share,
    }
