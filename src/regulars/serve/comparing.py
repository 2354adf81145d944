"""The segments against those of another day or of another map: what each would have, or had, beside what it has."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

from regulars import marts
from regulars.engines.base import Engine, Session
from regulars.segments.compile import compile_map
from regulars.segments.maps import load_map, shipped_maps
from regulars.segments.model import PROSPECT
from regulars.serve import time_machine

Counted = dict[str, tuple[int, Decimal]]


def history_days(live: Session) -> list[dt.date]:
    """The days that the history holds, the newest first; the published day is none of them."""
    if not live.columns(marts.SEGMENT_MIGRATION):
        return []
    found: list[dt.date] = (
        live.query(
            f"select distinct from_as_of as day from {marts.SEGMENT_MIGRATION} where from_as_of is not null"
            " order by 1 desc"
        )
        .column(0)
        .to_pylist()
    )
    return found


def segments_on(live: Session, day: dt.date) -> Counted:
    """Customers and revenue of each segment on a day of the history."""
    rows = live.query(
        "select segment, count(*) as customers, cast(sum(monetary) as decimal(18, 2)) as revenue"
        f" from {marts.RFM_HISTORY} where as_of = $1 group by segment",
        (day,),
    ).to_pylist()
    return {row["segment"]: (row["customers"], row["revenue"]) for row in rows}


def segments_of_any_day(engine: Engine, day: dt.date) -> Counted:
    """The same of any other day, worked out from the orders; takes some seconds.

    Raises:
        InputError: The day lies before the first valid order, or the orders are not served.
    """
    _, rows = time_machine.segments_as_of(engine, day)
    return {row["segment"]: (row["customers"], row["revenue"]) for row in rows.to_pylist()}


def maps_that_fit(live: Session) -> list[str]:
    """The shipped maps that read the published scores: those made for as many of them, but for the one in use."""
    [row] = live.query(f"select bins, segment_map from {marts.RUN_PARAMETERS}").to_pylist()
    return [name for name in shipped_maps() if name != row["segment_map"] and load_map(name).bins == row["bins"]]


def segments_by_map(live: Session, name: str) -> list[dict[str, Any]]:
    """Where another map would put the customers, in its order: from codes that are counted, so no customer is read."""
    codes, kinds = compile_map(load_map(name))
    named = {
        (row["r_score"], row["f_score"], row["m_score"], row["is_single_order"]): row["segment"]
        for row in codes.to_pylist()
    }
    sums: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
    for row in live.query(
        "select r_score, f_score, m_score, is_single_order, count(*) as customers,"
        f" cast(sum(monetary) as decimal(18, 2)) as revenue from {marts.FCT_CUSTOMER_RFM} group by 1, 2, 3, 4"
    ).to_pylist():
        code = (row["r_score"], row["f_score"], row["m_score"], row["is_single_order"])
        segment = PROSPECT if row["r_score"] is None else named[code]
        customers, revenue = sums[segment]
        sums[segment] = (customers + row["customers"], revenue + (row["revenue"] or 0))
    return [
        {**kind, "customers": sums[kind["segment"]][0], "revenue": sums[kind["segment"]][1]}
        for kind in sorted(kinds.to_pylist(), key=lambda kind: kind["position"])
    ]
