"""How the customers stand: the bands of health, what the scores are made of, and who is at risk."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.prediction_settings import HEALTH_FACTORS

# From the best to the worst, with the score from which each begins.
BANDS = {"Excellent": 75, "Good": 60, "Fair": 40, "Poor": 20, "Critical": 0}
AT_RISK_COLUMNS = (
    "customer_id",
    "full_name",
    "email",
    "segment",
    "health",
    "health_score",
    "churn_probability",
    "monetary",
    "clv",
    "last_order_date",
)


@dataclass(frozen=True)
class Band:
    """The customers of one band.

    Attributes:
        name: Excellent, Good, Fair, Poor or Critical.
        customers: How many.
        revenue: What they spent in the window.
        churn: The mean probability that they leave; None = it is not published.
        points: What the factors earned on average, in the order of HEALTH_FACTORS.
    """

    name: str
    customers: int
    revenue: float
    churn: float | None
    points: tuple[float, ...]


def has_health(live: Session) -> bool:
    """Whether anybody has a score."""
    return bool(live.columns(marts.CUSTOMER_HEALTH)) and (
        live.query(f"select 1 as one from {marts.CUSTOMER_HEALTH} limit 1").num_rows > 0
    )


def bands(live: Session) -> list[Band]:
    """All five bands, best first, also those without a customer."""
    points = ", ".join(
        f"cast(avg(health.{factor}_points) as double precision) as {factor}" for factor in HEALTH_FACTORS
    )
    rows = {
        row["health"]: row
        for row in live.query(
            "select health.health, count(*) as customers,"
            " cast(sum(rfm.monetary) as double precision) as revenue,"
            f" cast(avg(health.churn_probability) as double precision) as churn, {points}"
            f" from {marts.CUSTOMER_HEALTH} as health"
            f" inner join {marts.FCT_CUSTOMER_RFM} as rfm on health.customer_id = rfm.customer_id"
            " group by health.health"
        ).to_pylist()
    }
    return [
        Band(
            name,
            rows[name]["customers"],
            rows[name]["revenue"],
            rows[name]["churn"],
            tuple(rows[name][factor] for factor in HEALTH_FACTORS),
        )
        if name in rows
        else Band(name, 0, 0.0, None, (0.0,) * len(HEALTH_FACTORS))
        for name in BANDS
    ]


def weights(live: Session) -> dict[str, float]:
    """The points that each factor can earn at most, by the settings of the run."""
    rows = live.query(f"select factor, share from {catalog.HEALTH_STEPS.name} where step = 0").to_pylist()
    found = {row["factor"]: 100 * float(row["share"]) for row in rows}
    return {factor: round(found.get(factor, 0.0), 2) for factor in HEALTH_FACTORS}


def scores(live: Session) -> pa.Table:
    """How many customers have which score, in steps of five points: (score_from, customers)."""
    return live.query(
        "select cast(5 * least(floor(health_score / 5), 19) as integer) as score_from, count(*) as customers"
        f" from {marts.CUSTOMER_HEALTH} group by 1 order by 1"
    )


def standing(live: Session, number: int, size: int, band: str | None = None, segment: str | None = None) -> pa.Table:
    """Customers who may be lost, those who spent most in the window first, page by page.

    Args:
        live: The session to ask.
        number: The page, from 1.
        size: Rows of a page.
        band: Those of this band; None = those at risk, whose score is below 40.
        segment: Only those of this segment.
    """
    source, params = _of(band, segment)
    return live.query(
        f"select {', '.join(f'wide.{name}' for name in AT_RISK_COLUMNS)} from {marts.CUSTOMER_360} as wide"
        f" inner join (select rfm.customer_id, rfm.monetary from {source} order by rfm.monetary desc, rfm.customer_id"
        f" limit {int(size)} offset {int((number - 1) * size)}) as page on wide.customer_id = page.customer_id"
        " order by page.monetary desc, wide.customer_id",
        params,
    )


def count_of(live: Session, band: str | None = None, segment: str | None = None) -> int:
    """How many customers `standing` has in all."""
    source, params = _of(band, segment)
    return int(live.query(f"select count(*) as n from {source}", params).column(0)[0].as_py())


def _of(band: str | None, segment: str | None) -> tuple[str, list[object]]:
    params: list[object] = []
    conditions = ["health.is_at_risk"] if band is None else ["health.health = cast($1 as varchar)"]
    if band is not None:
        params.append(band)
    if segment is not None:
        params.append(segment)
        conditions.append(f"rfm.segment = cast(${len(params)} as varchar)")
    source = (
        f"{marts.CUSTOMER_HEALTH} as health inner join {marts.FCT_CUSTOMER_RFM} as rfm"
        f" on health.customer_id = rfm.customer_id where {' and '.join(conditions)}"
    )
    return source, params


def band_table(live: Session) -> pa.Table:
    """The bands as a table: what `bands` gives, for a file."""
    points = ", ".join(
        f"cast(avg(health.{factor}_points) as decimal(18, 2)) as average_{factor}_points" for factor in HEALTH_FACTORS
    )
    return live.query(
        "select health.health, count(*) as customers, cast(sum(rfm.monetary) as decimal(18, 2)) as revenue,"
        f" cast(avg(health.churn_probability) as decimal(18, 6)) as average_churn_probability, {points}"
        f" from {marts.CUSTOMER_HEALTH} as health"
        f" inner join {marts.FCT_CUSTOMER_RFM} as rfm on health.customer_id = rfm.customer_id"
        " group by health.health order by min(health.health_score) desc"
    )
