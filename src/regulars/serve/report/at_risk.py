"""Whose revenue is at risk: customers who are likelier than not to place no order within the horizon of churn.

Nothing about a person is read unless names are asked for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.serve.report.numbers import Number, count, money, share

SHOWN = 20
LIKELY = "0.5"


@dataclass(frozen=True)
class Person:
    """A customer at risk; name and contact are None unless asked for."""

    customer_id: int
    segment: str
    last_order: dt.date
    orders: Number
    spend: Number
    churn: Number
    name: str | None
    contact: str | None


@dataclass(frozen=True)
class AtRisk:
    """How many customers are at risk, what they spent in the window, and those who spent most."""

    horizon: int
    is_validated: bool
    customers: Number
    spend: Number
    share: Number
    people: tuple[Person, ...]


def read_at_risk(live: Session, as_of: dt.date, currency: str, with_names: bool) -> AtRisk | None:
    """None where no churn is published."""
    if not live.columns(marts.CUSTOMER_HEALTH):
        return None
    [known] = live.query(
        f"select count(churn_probability) as customers, min(cast(is_churn_validated as integer)) as validated"
        f" from {marts.CUSTOMER_HEALTH}"
    ).to_pylist()
    if not known["customers"]:
        return None
    [total] = live.query(
        f"select count(*) filter (where {IS_AT_RISK}) as customers,"
        f" cast(coalesce(sum(rfm.monetary) filter (where {IS_AT_RISK}), 0) as decimal(18, 2)) as spend,"
        " cast(coalesce(sum(rfm.monetary), 0) as decimal(18, 2)) as whole"
        f" from {marts.FCT_CUSTOMER_RFM} rfm"
        f" left join {marts.CUSTOMER_HEALTH} health on rfm.customer_id = health.customer_id"
    ).to_pylist()
    [horizon] = live.query(f"select horizon from {catalog.HORIZONS.name} where is_of_churn").column(0).to_pylist()
    who = "people.full_name as name, coalesce(people.email, people.phone) as contact" if with_names else _NOBODY
    joined = f" inner join {marts.DIM_CUSTOMERS} people on rfm.customer_id = people.customer_id" if with_names else ""
    rows = live.query(
        "select rfm.customer_id, rfm.segment, rfm.recency, rfm.frequency, rfm.monetary, health.churn_probability,"
        f" {who} from {marts.FCT_CUSTOMER_RFM} rfm"
        f" inner join {marts.CUSTOMER_HEALTH} health on rfm.customer_id = health.customer_id{joined}"
        f" where {IS_AT_RISK} order by rfm.monetary desc, rfm.customer_id limit {SHOWN}"
    ).to_pylist()
    people = tuple(
        Person(
            row["customer_id"],
            row["segment"],
            as_of - dt.timedelta(days=row["recency"]),
            count(row["frequency"]),
            money(row["monetary"], currency),
            share(row["churn_probability"]),
            row["name"],
            row["contact"],
        )
        for row in rows
    )
    return AtRisk(
        horizon,
        bool(known["validated"]),
        count(total["customers"]),
        money(total["spend"], currency),
        share(total["spend"] / total["whole"] if total["whole"] > 0 else None),
        people,
    )


# Of those who spent nothing in the window there is no revenue to lose.
IS_AT_RISK = f"health.churn_probability >= {LIKELY} and rfm.monetary > 0"
_NOBODY = "cast(null as varchar) as name, cast(null as varchar) as contact"
