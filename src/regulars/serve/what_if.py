"""What if the cut points were others: everybody is scored again in the warehouse, and who would move is counted.

Nothing is written. Scores are made as the models make them (macro `score_of`): recency below a band's upper edge, the
others from its lower edge on, and 1 for who is outside the window. With the published cut points nobody moves, unless
scores are made by ranks, where customers of the same value may have different ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.segments.standing import METRICS

# For each metric the edge of the scores from 2 upwards.
Cuts = tuple[tuple[Decimal, ...], tuple[Decimal, ...], tuple[Decimal, ...]]
# The edge of a score that nobody has: no value reaches it.
UNREACHED = Decimal(10) ** 13


def published_cuts(live: Session) -> dict[str, Any] | None:
    """The cut points as published, with how each metric is scored; None where nobody was scored.

    A score that nobody has gets the edge of the one above it, so that nobody has it here either.
    """
    [parameters] = live.query(f"select * from {marts.RUN_PARAMETERS}").to_pylist()
    if parameters["as_of"] is None:
        return None
    rows = live.query(
        f"select metric, score, value_from, value_to from {marts.RFM_THRESHOLDS} where as_of = $1",
        (parameters["as_of"],),
    ).to_pylist()
    if not rows:
        return None
    edges = {
        (row["metric"], row["score"]): row["value_to" if row["metric"] == "recency" else "value_from"] for row in rows
    }
    bins = parameters["bins"]
    cuts = []
    for metric in METRICS:
        found: list[Decimal] = []
        edge: Decimal | None = None
        for score in range(bins, 1, -1):
            edge = edges.get((metric, score)) if edges.get((metric, score)) is not None else edge
            found.append(edge if edge is not None else (Decimal(0) if metric == "recency" else UNREACHED))
        cuts.append(tuple(reversed(found)))
    return {"bins": bins, "cuts": tuple(cuts), "methods": {m: parameters[f"{m}_method"] for m in METRICS}}


def check_cuts(cuts: Cuts) -> None:
    """Refuses cut points out of order.

    Raises:
        InputError: A better score would be easier to get than a worse one.
    """
    for metric, edges in zip(METRICS, cuts, strict=True):
        is_falling = metric == "recency"
        pairs = pairwise(edges)
        if any((low < high) if is_falling else (low > high) for low, high in pairs):
            raise InputError(
                f"The cut points of {metric} are out of order: a better score needs"
                f" {'fewer days' if is_falling else 'more'} than a worse one."
            )


def moves(live: Session, cuts: Cuts) -> pa.Table:
    """Everybody by the segment they are in and the one they would be in: customers and their revenue of the window."""
    check_cuts(cuts)
    sql, params = _placed(cuts)
    return live.query(
        "select segment as from_segment, new_segment as to_segment, count(*) as customers,"
        f" cast(sum(monetary) as decimal(18, 2)) as revenue from ({sql}) as placed group by 1, 2 order by 1, 2",
        params,
    )


def movers(live: Session, cuts: Cuts, limit: int) -> pa.Table:
    """Those who would move, who spent most first."""
    check_cuts(cuts)
    sql, params = _placed(cuts)
    return live.query(
        "select placed.customer_id, people.full_name, placed.segment, placed.new_segment, placed.recency,"
        f" placed.frequency, placed.monetary from ({sql}) as placed"
        f" inner join {marts.DIM_CUSTOMERS} as people on placed.customer_id = people.customer_id"
        " where placed.segment <> placed.new_segment"
        f" order by placed.monetary desc, placed.customer_id limit {int(limit)}",
        params,
    )


def _placed(cuts: Cuts) -> tuple[str, tuple[Decimal, ...]]:
    params = tuple(edge for edges in cuts for edge in edges)
    places = iter(range(1, len(params) + 1))
    scores = {
        metric: _score(metric, [next(places) for _ in edges]) for metric, edges in zip(METRICS, cuts, strict=True)
    }
    scored = (
        "select rfm.customer_id, rfm.segment, rfm.recency, rfm.frequency, rfm.monetary, rfm.is_single_order,"
        f" {', '.join(f'{sql} as {metric[0]}_new' for metric, sql in scores.items())}"
        f" from {marts.FCT_CUSTOMER_RFM} as rfm"
    )
    return (
        "select scored.*, coalesce(codes.segment, scored.segment) as new_segment"
        f" from ({scored}) as scored left join {catalog.SEGMENT_CODES.name} as codes"
        " on scored.r_new = codes.r_score and scored.f_new = codes.f_score and scored.m_new = codes.m_score"
        " and scored.is_single_order = codes.is_single_order",
        params,
    )


def _score(metric: str, places: list[int]) -> str:
    """The score of a metric in SQL; null for who has none, and so stays a prospect."""
    sign = "<" if metric == "recency" else ">="
    best = len(places) + 1
    steps = " ".join(
        f"when rfm.{metric} {sign} cast(${place} as decimal(18, 4)) then {score}"
        for score, place in sorted(zip(range(2, best + 1), places, strict=True), reverse=True)
    )
    return f"case when rfm.r_score is null then null when not rfm.is_active then 1 {steps} else 1 end"


def counted(moved: pa.Table, column: str) -> Mapping[str, tuple[int, Decimal]]:
    """Customers and revenue of each segment, by the side `from_segment` or `to_segment` of `moves`."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for row in moved.to_pylist():
        customers, revenue = sums.get(row[column], (0, Decimal(0)))
        sums[row[column]] = (customers + row["customers"], revenue + (row["revenue"] or 0))
    return sums
