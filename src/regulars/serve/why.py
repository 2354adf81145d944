"""Why a customer is in a segment: the values, the cut points around them, the rule, and what would change it.

The outlook is only told when the same measuring, done over the customer's orders, gives what is published; an
explanation that does not fit the number is worse than none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from regulars.segments.outlook import Outlook, Way, obstacle, outlook
from regulars.segments.standing import METRICS, score_on
from regulars.serve.evidence import Evidence, read_evidence
from regulars.serve.queries import Queries

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Metric:
    """One metric of a customer, and the cut points around its value.

    Attributes:
        value_from: Where the band of the score starts; None = open below. Both edges are None outside the window.
        value_to: Where it ends, itself excluded; None = open above.
        next_score: The next score above that anyone has; None = there is none, or ranks decide it.
        next_at: The value that gets it: at most so many days, at least so many orders or so much money.
        missing: How far the value is from `next_at`.
        customers: How many of the base have the same score.
    """

    metric: str
    value: int | Decimal
    score: int | None
    method: str
    value_from: Decimal | None
    value_to: Decimal | None
    next_score: int | None
    next_at: int | Decimal | None
    missing: int | Decimal | None
    customers: int
    share: float


@dataclass(frozen=True)
class Move:
    """One change of segment; `orders` were placed since the month end before, when behaviour is its cause."""

    as_of: dt.date
    from_as_of: dt.date | None
    event: str
    cause: str | None
    from_segment: str | None
    to_segment: str | None
    is_restatement: bool
    orders: int | None


@dataclass(frozen=True)
class Why:
    """Everything that explains one customer's segment, from one published build."""

    customer_id: int
    name: str
    merged_from: int | None
    segment: str
    description: str
    playbook: str
    as_of: dt.date | None
    window_days: int
    segment_map: str
    bins: int
    currency: str
    rfm_score: str | None
    rule: str
    is_active: bool
    last_order_date: dt.date | None
    lifetime_orders: int
    refunded: Decimal
    not_counted: dict[str, int]
    metrics: tuple[Metric, ...]
    customers: int
    segment_customers: int
    segment_share: float
    code_customers: int
    code_share: float
    segments: tuple[str, ...]
    outlook: Outlook | None
    no_outlook_because: str | None
    moves: tuple[Move, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the sentences that people read beside the numbers they are made of."""
        from regulars.serve import wording

        plain = {name: value for name, value in vars(self).items() if name not in ("outlook", "segments")}
        return {
            "headline": wording.headline(self),
            **plain,
            "metrics": [asdict(metric) for metric in self.metrics],
            "moves": [asdict(move) for move in self.moves],
            "outlook": self.outlook and _outlook_dict(self.outlook),
            "ways_up": wording.ways_up(self),
            "one_more_order": wording.one_more_order(self),
            "way_to_stay": wording.way_to_stay(self),
            "if_nothing_happens": wording.if_nothing_happens(self),
        }


def explain(queries: Queries, who: str) -> Why:
    """Why the customer is where they are.

    Args:
        queries: The published data.
        who: A golden id, also one that was merged away, a source's id, an e-mail or a phone number.

    Raises:
        InputError: Nobody or several people answer to `who`.
        WarehouseError: Nothing is published.
    """
    with queries.pinned() as pinned, pinned.session() as live:
        customer_id = pinned.customer(who)
        evidence = read_evidence(live, customer_id, who)
    person, basis = evidence.person, evidence.basis
    look, because = _outlook(evidence)
    return Why(
        customer_id=customer_id,
        name=person["name"],
        merged_from=evidence.merged_from,
        segment=person["segment"],
        description=evidence.segment["description"],
        playbook=evidence.segment["playbook"],
        as_of=person["as_of"],
        window_days=basis.window_days,
        segment_map=basis.segment_map,
        bins=evidence.bins,
        currency=basis.currency,
        rfm_score=person["rfm_score"],
        rule=person["segment_rule"],
        is_active=person["is_active"],
        last_order_date=evidence.purchases.last_order_before(person["as_of"] or dt.date.max),
        lifetime_orders=evidence.purchases.lifetime_orders,
        refunded=evidence.refunded,
        not_counted=evidence.not_counted,
        metrics=tuple(_metric(evidence, metric) for metric in METRICS),
        customers=basis.customers,
        segment_customers=evidence.counts["segment"],
        segment_share=_share(evidence, "segment"),
        code_customers=evidence.counts["code"],
        code_share=_share(evidence, "code"),
        segments=evidence.yardstick.segments,
        outlook=look,
        no_outlook_because=because,
        moves=tuple(_move(evidence, row) for row in evidence.moves),
    )


def _metric(evidence: Evidence, metric: str) -> Metric:
    value, score = evidence.person[metric], evidence.person[f"{metric[0]}_score"]
    method = evidence.yardstick.methods[metric]
    ranked = method == "ntile"
    is_banded = score is not None and evidence.person["is_active"]
    edges = evidence.thresholds.get((metric, score), {}) if is_banded else {}
    higher = sorted(
        band for band in evidence.yardstick.bands[metric] if score and band.score > score and not band.is_empty
    )
    next_at: int | Decimal | None = None
    if higher and not ranked:
        edge = higher[0].value_to if metric == "recency" else higher[0].value_from
        if edge is not None:
            next_at = _first_value(metric, edge)
    return Metric(
        metric=metric,
        value=value,
        score=score,
        method=method,
        value_from=edges.get("value_from"),
        value_to=edges.get("value_to"),
        next_score=higher[0].score if next_at is not None else None,
        next_at=next_at,
        missing=None if next_at is None else abs(next_at - value),
        customers=evidence.counts[metric],
        share=_share(evidence, metric),
    )


def _share(evidence: Evidence, what: str) -> float:
    return round(evidence.counts[what] / evidence.basis.customers, 6)


def _first_value(metric: str, edge: Decimal) -> int | Decimal:
    """The first value of the better band: the most days below its edge, the fewest orders or cents from it on."""
    if metric == "monetary":
        return edge.quantize(_CENT, ROUND_CEILING)
    whole = int(edge.to_integral_value(ROUND_CEILING))
    return whole - 1 if metric == "recency" else whole


def _outlook(evidence: Evidence) -> tuple[Outlook | None, str | None]:
    as_of, person = evidence.person["as_of"], evidence.person
    if as_of is None:
        return None, "There is no valid order yet, so there are no cut points to measure a distance to."
    problem = obstacle(evidence.yardstick)
    if problem:
        return None, problem
    measured = score_on(evidence.yardstick, evidence.purchases, as_of)
    found = (measured.recency, measured.frequency, measured.monetary, measured.segment)
    published = tuple(person[column] for column in ("recency", "frequency", "monetary", "segment"))
    if found != published:
        return None, (
            f"The orders in fct_orders give {_values(found)}, but {_values(published)} is published: the models that"
            " define the numbers were changed, so no distance is told. `regulars sql` shows the orders."
        )
    return outlook(evidence.yardstick, evidence.purchases, as_of), None


def _values(values: tuple[Any, ...]) -> str:
    recency, frequency, monetary, segment = values
    return f"{segment} (recency {recency}, frequency {frequency}, monetary {monetary})"


def _move(evidence: Evidence, row: dict[str, Any]) -> Move:
    orders = None
    if row["cause"] == "own behaviour" and row["from_as_of"] is not None:
        orders = evidence.purchases.within(row["from_as_of"], row["as_of"])[0]
    return Move(orders=orders, **row)


def _outlook_dict(look: Outlook) -> dict[str, Any]:
    return {
        "thresholds": "held fixed",
        "next": _way_dict(look.ways[0]) if look.ways else None,
        "ways": [_way_dict(way) for way in look.ways],
        "unreachable": list(look.unreachable),
        "one_order": [span._asdict() | {"code": span.code.digits} for span in look.one_order],
        "stay": look.stay and _way_dict(look.stay),
        "turns": [
            vars(turn) | {"code_before": turn.code_before.digits, "code": turn.code.digits} for turn in look.turns
        ],
    }


def _way_dict(way: Way) -> dict[str, Any]:
    return {"segment": way.segment, "efforts": [vars(effort) | {"code": effort.code.digits} for effort in way.efforts]}
