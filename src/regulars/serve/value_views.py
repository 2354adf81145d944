"""What customers are expected to be worth: how the values are spread, where they lie, and whose are highest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.prediction_settings import VALUE_HORIZONS

# Between these values customers are counted together; steps of 1, 2 and 5 are as wide as each other on a log scale.
EDGES = tuple(Decimal(step) * 10**power for power in range(7) for step in (1, 2, 5))
Ends = tuple[Decimal | None, Decimal | None]
TOP_COLUMNS = ("customer_id", "full_name", "email", "segment", "health", "last_order_date")


@dataclass(frozen=True)
class Bin:
    """Customers whose expected value is from `low` up to, not including, `high`; None = without an end."""

    place: int
    low: Decimal | None
    high: Decimal | None
    customers: int
    value: Decimal


def checked_days(days: int) -> int:
    """The days ahead, after a look that values are foretold of them.

    Raises:
        InputError: They are not.
    """
    if days not in VALUE_HORIZONS:
        raise InputError(f"Values are foretold for {', '.join(map(str, VALUE_HORIZONS))} days, and not for {days}.")
    return days


def has_values(live: Session) -> bool:
    """Whether anything is foretold of anybody."""
    return bool(live.columns(marts.CUSTOMER_CLV)) and (
        live.query(f"select 1 as one from {marts.CUSTOMER_CLV} limit 1").num_rows > 0
    )


def spread(live: Session, days: int) -> list[Bin]:
    """How many customers are expected to be worth how much, lowest first, without a gap between the first and last."""
    column = f"expected_value_{checked_days(days)}"
    places = " ".join(f"when {column} < {edge} then {place}" for place, edge in enumerate(EDGES))
    rows = {
        row["place"]: row
        for row in live.query(
            f"select case {places} else {len(EDGES)} end as place, count(*) as customers,"
            f" cast(sum({column}) as decimal(18, 2)) as worth from {marts.CUSTOMER_CLV} group by 1"
        ).to_pylist()
    }
    if not rows:
        return []
    nobody = {"customers": 0, "worth": Decimal("0.00")}
    found = []
    for place in range(min(rows), max(rows) + 1):
        row = rows.get(place, nobody)
        low, high = EDGES[place - 1] if place else None, EDGES[place] if place < len(EDGES) else None
        found.append(Bin(place, low, high, row["customers"], row["worth"]))
    return found


def bin_words(each: Bin, currency: str) -> str:
    """The ends of a bin in words."""
    unit = f" {currency}" if currency else ""
    if each.low is None:
        return f"under {each.high:,}{unit}"
    return f"{each.low:,}{unit} and more" if each.high is None else f"{each.low:,} to {each.high:,}{unit}"


def by_segment(live: Session, days: int) -> pa.Table:
    """Customers, what they brought so far and what they are expected to bring, by segment in the map's order."""
    column = f"expected_value_{checked_days(days)}"
    return live.query(
        "select metrics.segment, metrics.colour, count(*) as customers,"
        " cast(sum(clv.historic_clv) as decimal(18, 2)) as historic_value,"
        f" cast(sum(clv.{column}) as decimal(18, 2)) as expected_value,"
        f" cast(avg(clv.{column}) as decimal(18, 2)) as expected_value_per_customer"
        f" from {marts.CUSTOMER_CLV} as clv"
        f" inner join {marts.CUSTOMER_SEGMENTS} as segments on clv.customer_id = segments.customer_id"
        f" inner join {marts.SEGMENT_METRICS} as metrics on segments.segment = metrics.segment"
        " group by metrics.segment, metrics.colour, metrics.position order by metrics.position"
    )


def top(
    live: Session,
    days: int,
    number: int,
    size: int,
    between: Ends = (None, None),
    segments: Sequence[str] = (),
) -> pa.Table:
    """The customers expected to be worth most, with the interval of 8 of 10 cases, page by page.

    Args:
        live: The session to ask.
        days: Ahead.
        number: The page, from 1.
        size: Rows of a page.
        between: Only values from the first up to, not including, the second.
        segments: Only customers of these.
    """
    column = f"expected_value_{checked_days(days)}"
    source, params = _worth(days, between, segments)
    named = ", ".join(f"wide.{name}" for name in TOP_COLUMNS)
    return live.query(
        f"select {named}, page.historic_clv, page.probability_alive, page.expected_orders_{days} as expected_orders,"
        f" page.{column} as expected_value, page.lowest_value_{days} as lowest_value,"
        f" page.highest_value_{days} as highest_value"
        f" from {marts.CUSTOMER_360} as wide inner join (select clv.* from {source}"
        f" order by clv.{column} desc, clv.customer_id limit {int(size)} offset {int((number - 1) * size)}) as page"
        " on wide.customer_id = page.customer_id"
        f" order by page.{column} desc, wide.customer_id",
        params,
    )


def count_of(live: Session, days: int, between: Ends = (None, None), segments: Sequence[str] = ()) -> int:
    """How many customers `top` has in all."""
    source, params = _worth(days, between, segments)
    return int(live.query(f"select count(*) as n from {source}", params).column(0)[0].as_py())


def _worth(days: int, between: Ends, segments: Sequence[str]) -> tuple[str, list[object]]:
    column = f"expected_value_{checked_days(days)}"
    conditions, params = ["1 = 1"], list[object]()
    for end, sign in zip(between, (">=", "<"), strict=True):
        if end is not None:
            params.append(end)
            conditions.append(f"clv.{column} {sign} cast(${len(params)} as decimal(18, 2))")
    of_segments = ""
    if segments:
        places = ", ".join(f"cast(${len(params) + place} as varchar)" for place in range(1, len(segments) + 1))
        params.extend(segments)
        of_segments = f" inner join {marts.CUSTOMER_SEGMENTS} as placed on clv.customer_id = placed.customer_id"
        conditions.append(f"placed.segment in ({places})")
    return f"{marts.CUSTOMER_CLV} as clv{of_segments} where {' and '.join(conditions)}", params
