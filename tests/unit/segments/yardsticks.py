"""A yardstick with round cut points, for tests that are checked by hand: scores 1 to 3, by the map `six`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from regulars.segments import compile_map, load_map
from regulars.segments.codes import Code
from regulars.segments.standing import METRICS, Band, Movement, Purchases, Yardstick

AS_OF = dt.date(2012, 2, 1)
WINDOW = 365


def yardstick(
    recency: tuple[int, ...] = (180, 30),
    frequency: tuple[int, ...] = (2, 4),
    monetary: tuple[str, ...] = ("100", "300"),
    segment_map: str = "six",
    window_days: int = WINDOW,
) -> Yardstick:
    """Cut points from score 2 upwards: so many days, orders and money or better give the score."""
    codes, segments = compile_map(load_map(segment_map))
    tops = [None, *map(Decimal, recency)]
    orders, money = [None, *map(Decimal, frequency)], [None, *map(Decimal, monetary)]
    return Yardstick(
        window_days=window_days,
        methods=dict.fromkeys(METRICS, "cuts"),
        bands={
            "recency": _bands([*tops[1:], None], tops),
            "frequency": _bands(orders, [*orders[1:], None]),
            "monetary": _bands(money, [*money[1:], None]),
        },
        codes={
            Code(row["r_score"], row["f_score"], row["m_score"], row["is_single_order"]): row["segment"]
            for row in codes.to_pylist()
        },
        segments=tuple(segments.column("segment").to_pylist()),
    )


def _bands(lower: list[Decimal | None], upper: list[Decimal | None]) -> tuple[Band, ...]:
    return tuple(Band(score, *edges) for score, edges in enumerate(zip(lower, upper, strict=True), start=1))


def bought(*orders: tuple[int, str], refunds: tuple[tuple[int, str], ...] = ()) -> Purchases:
    """Orders and refunds as (days before AS_OF, amount)."""
    return Purchases(
        [Movement(AS_OF - dt.timedelta(days=days), 1, Decimal(amount)) for days, amount in orders]
        + [Movement(AS_OF - dt.timedelta(days=days), 0, -Decimal(amount)) for days, amount in refunds]
    )
