"""What the published build says of one customer's segment: the rows that `serve.why` puts into words and numbers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.errors import WarehouseError
from regulars.segments.codes import Code
from regulars.segments.standing import METRICS, Band, Movement, Purchases, Yardstick
from regulars.serve.basis import Basis, read_basis
from regulars.serve.served_orders import refuse_without_orders

MOVES_SHOWN = 10


@dataclass(frozen=True)
class Evidence:
    """Rows of one build.

    Attributes:
        basis: What the build was made from.
        bins: The best score.
        person: The customer's values, scores, segment, rule and names.
        segment: The segment's row of the map.
        counts: How many customers share the segment, the code and each score.
        thresholds: The rows of rfm_thresholds by metric and score.
        yardstick: The same and the map, as `regulars.segments` measures with them.
        purchases: The customer's orders and refunds before `as_of`.
        refunded: What refunds and credit notes took off the valid orders of the window.
        not_counted: Orders that are not valid, by status.
        merged_from: The golden id that was asked for, when it was merged into this one.
        moves: The newest changes of segment; empty when the build keeps no history.
    """

    basis: Basis
    bins: int
    person: dict[str, Any]
    segment: dict[str, Any]
    counts: dict[str, int]
    thresholds: dict[tuple[str, int], dict[str, Any]]
    yardstick: Yardstick
    purchases: Purchases
    refunded: Decimal
    not_counted: dict[str, int]
    merged_from: int | None
    moves: list[dict[str, Any]]


def read_evidence(live: Session, customer_id: int, asked: str) -> Evidence:
    """Reads it all from one open session, so that nothing of another build gets in.

    Raises:
        WarehouseError: The customer is not in this build.
        InputError: The orders are not served.
    """
    refuse_without_orders(live)
    basis = read_basis(live)
    people = live.query(_PERSON, (customer_id,)).to_pylist()
    if not people:
        raise WarehouseError(
            f"Customer {customer_id} left the published tables while they were read: a run has just replaced them."
            " Ask again."
        )
    person = people[0]
    parameters = live.query(f"select * from {marts.RUN_PARAMETERS}").to_pylist()[0]
    segments = live.query(f"select * from {catalog.SEGMENTS.name} order by position").to_pylist()
    rows = _thresholds(live, parameters)
    yardstick = _yardstick(live, basis.window_days, parameters, rows, [row["segment"] for row in segments])
    as_of = parameters["as_of"] or dt.date.max
    movements = live.query(_MOVEMENTS, (customer_id, as_of)).to_pylist()
    valid_money = live.query(_VALID_MONEY, (customer_id, parameters["as_of"], basis.window_days)).column(0)[0].as_py()
    statuses = live.query(_NOT_COUNTED, (customer_id, as_of)).to_pylist()
    return Evidence(
        basis=basis,
        bins=parameters["bins"],
        person=person,
        segment=next(row for row in segments if row["segment"] == person["segment"]),
        counts=_counts(live, person),
        thresholds={(row["metric"], row["score"]): row for row in rows},
        yardstick=yardstick,
        purchases=Purchases(Movement(**row) for row in movements),
        refunded=valid_money - person["monetary"],
        not_counted={row["status"]: row["orders"] for row in statuses},
        merged_from=_merged_from(live, customer_id, asked.strip()),
        moves=_moves(live, customer_id),
    )


def read_yardstick(live: Session) -> Yardstick | None:
    """The cut points and the map that the published scores were made by; None when there was no order to make any."""
    parameters = live.query(f"select * from {marts.RUN_PARAMETERS}").to_pylist()[0]
    if parameters["as_of"] is None:
        return None
    segments = live.query(f"select segment from {catalog.SEGMENTS.name} order by position").column(0).to_pylist()
    return _yardstick(live, parameters["window_days"], parameters, _thresholds(live, parameters), segments)


def _thresholds(live: Session, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = live.query(
        f"select * from {marts.RFM_THRESHOLDS} where as_of = $1", (parameters["as_of"],)
    ).to_pylist()
    return found


def _yardstick(
    live: Session, window_days: int, parameters: dict[str, Any], rows: list[dict[str, Any]], segments: list[str]
) -> Yardstick:
    codes = live.query(
        f"select r_score, f_score, m_score, is_single_order, segment from {catalog.SEGMENT_CODES.name}"
    ).to_pylist()
    return Yardstick(
        window_days,
        {metric: parameters[f"{metric}_method"] for metric in METRICS},
        {
            metric: tuple(Band(r["score"], r["value_from"], r["value_to"]) for r in rows if r["metric"] == metric)
            for metric in METRICS
        },
        {Code(r["r_score"], r["f_score"], r["m_score"], r["is_single_order"]): r["segment"] for r in codes},
        tuple(segments),
    )


_PERSON = f"""
select
    rfm.*, segments.segment, segments.segment_rule,
    coalesce(people.full_name, people.email, people.phone, records.source_customer_id) as name
from {marts.FCT_CUSTOMER_RFM} rfm
inner join {marts.CUSTOMER_SEGMENTS} segments on rfm.customer_id = segments.customer_id
inner join {marts.DIM_CUSTOMERS} people on rfm.customer_id = people.customer_id
left join (
    select customer_id, min(source_customer_id) as source_customer_id from {marts.IDENTITY_MAP}
    where customer_id = $1 group by customer_id
) records on rfm.customer_id = records.customer_id
where rfm.customer_id = $1
"""

# The dates and amounts that int_customers__order_totals sums.
_MOVEMENTS = f"""
select order_date as day, cast(count(*) filter (where is_valid) as integer) as orders, sum(net_amount) as money
from {marts.FCT_ORDERS} where customer_id = $1 and order_date < $2 group by order_date
union all
select refund_date, 0, -sum(refunded_amount)
from {marts.FCT_ORDERS} where customer_id = $1 and refund_date < $2 group by refund_date
"""

_VALID_MONEY = f"""
select cast(coalesce(sum(net_amount), 0) as decimal(18, 2)) from {marts.FCT_ORDERS}
where customer_id = $1 and is_valid and order_date < $2 and order_date >= cast($2 as date) - cast($3 as integer)
"""

_NOT_COUNTED = f"""
select case when status = 'completed' then 'without a positive total' else status end as status, count(*) as orders
from {marts.FCT_ORDERS}
where customer_id = $1 and order_date < $2 and not is_valid and not is_credit group by 1 order by 2 desc, 1
"""


def _counts(live: Session, person: dict[str, Any]) -> dict[str, int]:
    """Customers with the same segment, code and scores; a code is null for those who never bought."""
    rows = live.query(
        "select count(*) filter (where s.segment = $1) as segment,"
        " count(*) filter (where r.rfm_score is not distinct from $2) as code,"
        " count(*) filter (where r.r_score = $3) as recency, count(*) filter (where r.f_score = $4) as frequency,"
        " count(*) filter (where r.m_score = $5) as monetary"
        f" from {marts.FCT_CUSTOMER_RFM} r inner join {marts.CUSTOMER_SEGMENTS} s on r.customer_id = s.customer_id",
        tuple(person[column] for column in ("segment", "rfm_score", "r_score", "f_score", "m_score")),
    )
    counts: dict[str, int] = rows.to_pylist()[0]
    return counts


def _merged_from(live: Session, customer_id: int, asked: str) -> int | None:
    if not asked.isdigit() or len(asked) > 18 or int(asked) == customer_id:
        return None
    found = live.query(
        f"select customer_id from {catalog.IDENTITY_IDS.name} where customer_id = $1 and redirected_to = $2",
        (int(asked), customer_id),
    )
    return int(asked) if found.num_rows else None


def _moves(live: Session, customer_id: int) -> list[dict[str, Any]]:
    if not live.columns(marts.SEGMENT_EVENTS):
        return []
    moves: list[dict[str, Any]] = live.query(
        "select event, cause, from_segment, to_segment, is_restatement, from_as_of, as_of"
        f" from {marts.SEGMENT_EVENTS} where customer_id = $1"
        f" order by as_of desc, from_as_of desc nulls last, event limit {MOVES_SHOWN}",
        (customer_id,),
    ).to_pylist()
    return moves
