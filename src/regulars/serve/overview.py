"""The shop in ten seconds: the base and its value, what is at risk, what moved, what to do next. All of it is sums."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.serve.report.at_risk import IS_AT_RISK

MONTHS_SHOWN = 13


def totals(live: Session) -> dict[str, Any]:
    """The base as published: customers, those who bought in the window, revenue, lifetime values, the best segment."""
    segments = live.query(f"select * from {marts.SEGMENT_METRICS} order by position").to_pylist()
    [active] = live.query(
        f"select count(*) filter (where is_active) as active from {marts.FCT_CUSTOMER_RFM}"
    ).to_pylist()
    customers = sum(row["customers"] for row in segments)
    bought = [row for row in segments if row["customers"] and row["avg_historic_clv"] is not None]
    lifetime = sum((row["avg_historic_clv"] * row["customers"] for row in bought), Decimal(0))
    foretold = [row["clv"] for row in segments if row["clv"] is not None]
    return {
        "customers": customers,
        "active": active["active"],
        "revenue": sum((row["revenue"] for row in segments), Decimal(0)),
        "average_lifetime_value": lifetime / customers if customers else None,
        "expected_next_year": sum(foretold, Decimal(0)) if foretold else None,
        "best": segments[0] if segments else None,
    }


def at_risk(live: Session) -> dict[str, Any] | None:
    """Who spent in the window and will likely place no order within the horizon; None = no churn is known."""
    if not live.columns(marts.CUSTOMER_HEALTH):
        return None
    [found] = live.query(
        "select count(health.churn_probability) as judged,"
        f" count(*) filter (where {IS_AT_RISK}) as customers,"
        f" cast(coalesce(sum(rfm.monetary) filter (where {IS_AT_RISK}), 0) as decimal(18, 2)) as revenue,"
        " cast(coalesce(sum(rfm.monetary), 0) as decimal(18, 2)) as whole,"
        " coalesce(min(cast(health.is_churn_validated as integer)), 0) as is_validated"
        f" from {marts.FCT_CUSTOMER_RFM} rfm"
        f" inner join {marts.CUSTOMER_HEALTH} health on rfm.customer_id = health.customer_id"
    ).to_pylist()
    if not found["judged"]:
        return None
    [horizon] = live.query(f"select horizon from {catalog.HORIZONS.name} where is_of_churn").column(0).to_pylist()
    return {**found, "horizon": horizon, "is_validated": bool(found["is_validated"])}


def slipping(live: Session, limit: int) -> pa.Table:
    """Those at risk who spent most in the window; empty where no churn is known."""
    return _people(live, IS_AT_RISK.replace("rfm.", "").replace("health.", ""), "monetary desc", limit)


def regulars(live: Session, limit: int) -> pa.Table:
    """Those of the best segment who spent most in the window."""
    best = f"(select segment from {marts.SEGMENT_METRICS} order by position limit 1)"
    return _people(live, f"segment = {best}", "monetary desc", limit)


def monthly_sales(live: Session) -> pa.Table:
    """Revenue and orders of the newest months up to the day of the data; the newest may be a part of one."""
    return live.query(
        "select cast(date_trunc('month', date) as date) as month, cast(sum(revenue + revenue_without_customer)"
        " as decimal(18, 2)) as revenue, cast(sum(orders + orders_without_customer) as bigint) as orders,"
        f" max(date) as last_day from {marts.DAILY_SALES} group by 1 order by 1 desc limit {MONTHS_SHOWN}"
    ).sort_by("month")


def checks(live: Session) -> dict[str, int]:
    """How many checks of the published run came to what, by their status."""
    if not live.columns(catalog.CHECKS.name):
        return {}
    rows = live.query(
        f"select status, count(*) as checks from {catalog.CHECKS.name}"
        f" where run_id = (select run_id from {marts.RUN_PARAMETERS}) group by status order by status"
    ).to_pylist()
    return {row["status"]: row["checks"] for row in rows}


def actions(segments: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What to do next, by segments that there are: whom to keep, whom to win back, whom to grow.

    Keep those who bring most. Win back, of those who have not bought for longer than the others, whose revenue is
    largest; grow, of the rest, the most numerous. So it holds for any map.
    """
    known = [row for row in segments if row["customers"] and row["revenue"] > 0]
    if not known:
        return []
    keep = max(known, key=lambda row: row["revenue"])
    found = [("Keep", keep)]
    others = [row for row in known if row is not keep and row["avg_recency"] is not None]
    if others:
        # By revenue, for many shops are mostly made of people who came once, long ago.
        usual = sum(row["avg_recency"] * row["revenue"] for row in others) / sum(row["revenue"] for row in others)
        late = [row for row in others if row["avg_recency"] >= usual]
        lately = [row for row in others if row["avg_recency"] < usual]
        if late:
            found.append(("Win back", max(late, key=lambda row: row["revenue"])))
        if lately:
            found.append(("Grow", max(lately, key=lambda row: row["customers"])))
    return found


def _people(live: Session, where: str, order: str, limit: int) -> pa.Table:
    """Of those meant the few at the top, wide; found by their ids first, so that not all columns are sorted."""
    columns = (
        "customer_id, full_name, email, phone, segment, recency, last_order_date, frequency, monetary,"
        " churn_probability, clv"
    )
    by = f"order by {order} nulls last, customer_id"
    chosen = f"select customer_id from {marts.CUSTOMER_360} where {where} {by} limit {int(limit)}"
    return live.query(f"select {columns} from {marts.CUSTOMER_360} where customer_id in ({chosen}) {by}")
