"""What is published of the future: of one customer and of the whole base, each beside what its test has shown.

No number of the future leaves here without the verdict on it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from regulars import catalog, marts
from regulars.engines.base import Session
from regulars.prediction_settings import HEALTH_FACTORS, VALUE_HORIZONS
from regulars.serve.queries import Queries

CUSTOMER_MODELS = ("orders", "value", "churn")


@dataclass(frozen=True)
class Verdict:
    """What the test of a prediction has shown: the rows of model_validation of one model and horizon.

    Attributes:
        model: What is foretold: orders, value, churn, or a metric of the shop's days such as daily_revenue.
        horizon: Days ahead.
        is_validated: Whether it beat the naive forecast on days that it had not seen.
        customers: How many customers, or days, it was tested on; 0 = it was not tested.
        cut_off: The first of these days; None = it was not tested.
        baseline: The naive forecast.
        note: What else must be known, such as why nothing was tested.
        measures: Per metric the prediction's number and that of the naive forecast, None where there is none.
    """

    model: str
    horizon: int
    is_validated: bool
    customers: int
    cut_off: dt.date | None
    baseline: str | None
    note: str | None
    measures: dict[str, tuple[float | None, float | None]]

    @property
    def is_tested(self) -> bool:
        """Whether there was enough history to try it."""
        return self.cut_off is not None

    @property
    def is_comparable(self) -> bool:
        """Whether there is a naive forecast to hold it against."""
        return self.baseline is not None


@dataclass(frozen=True)
class Ahead:
    """What is foretold of one customer for so many days; the value has ends where the models give it an interval."""

    days: int
    orders: Decimal
    fewest_orders: int
    most_orders: int
    value: Decimal
    lowest_value: Decimal | None = None
    highest_value: Decimal | None = None


@dataclass(frozen=True)
class Points:
    """One of the five factors of the health score: what it earned of what it can."""

    factor: str
    points: Decimal
    of: Decimal


@dataclass(frozen=True)
class Foretold:
    """Everything foretold of a customer who ever bought.

    Attributes:
        as_of: The day from which it is foretold.
        currency: Of the values, where it is known.
        historic_clv: Net revenue to date.
        model: Of buying, by its name in the settings.
        probability_alive: That the customer still buys at all.
        expected_order_value: Of the next order.
        next_order_date: When it is expected, if one comes; None = it is too far off to name a day.
        ahead: Orders and their value, by the days ahead.
        churn_probability: Of no order within `churn_horizon` days; None = it is not published.
        churn_model: What gives it.
        health_score: From 0 to 100; None = the customer has no scores.
        health: The word for it.
        factors: What the score is made of.
        verdicts: The tests of orders, value and churn.
        columns: The rows of customer_clv and customer_health, for machines.
    """

    as_of: dt.date | None
    currency: str
    historic_clv: Decimal
    model: str
    probability_alive: Decimal
    expected_order_value: Decimal
    next_order_date: dt.date | None
    ahead: tuple[Ahead, ...]
    churn_probability: Decimal | None
    churn_model: str | None
    churn_horizon: int
    health_score: Decimal | None
    health: str | None
    factors: tuple[Points, ...]
    verdicts: tuple[Verdict, ...]
    columns: dict[str, Any]

    def verdict(self, model: str, horizon: int) -> Verdict | None:
        """The test of a prediction; None in a warehouse that holds none."""
        found = (verdict for verdict in self.verdicts if (verdict.model, verdict.horizon) == (model, horizon))
        return next(found, None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the sentences that people read."""
        from regulars.serve import prediction_words

        return {
            **self.columns,
            "as_of": self.as_of,
            "churn_horizon": self.churn_horizon,
            "health_factors": [asdict(factor) for factor in self.factors],
            "tests": [
                {**verdict_dict(verdict), "words": prediction_words.test_words(verdict, self.currency)}
                for verdict in self.verdicts
            ],
        }


def verdict_dict(verdict: Verdict) -> dict[str, Any]:
    """A verdict for JSON."""
    measures = {
        metric: {"value": value, "baseline_value": baseline} for metric, (value, baseline) in verdict.measures.items()
    }
    return {**asdict(verdict), "measures": measures}


@dataclass(frozen=True)
class Outlook:
    """What is foretold of the whole base, with the verdicts.

    Attributes:
        as_of: The day from which it is foretold; None = nobody ever bought.
        currency: Of the values, where it is known.
        customers: Of whom something is foretold.
        totals: By model and days ahead the sum: orders, their value, customers expected to leave, a metric of the days.
        verdicts: All tests, those of customers first.
    """

    as_of: dt.date | None
    currency: str
    customers: int
    totals: dict[tuple[str, int], float]
    verdicts: tuple[Verdict, ...]


def foretold(queries: Queries, customer_id: int) -> Foretold | None:
    """What is foretold of a customer; None for who never bought, and in a warehouse that foretells nothing."""
    with queries.session() as live:
        if not live.columns(marts.CUSTOMER_CLV) or not live.columns(marts.VALIDATION):
            return None
        values = live.query(f"select * from {marts.CUSTOMER_CLV} where customer_id = $1", (customer_id,)).to_pylist()
        if not values:
            return None
        healths = live.query(f"select * from {marts.CUSTOMER_HEALTH} where customer_id = $1", (customer_id,))
        weights = live.query(f"select factor, share from {catalog.HEALTH_STEPS.name} where step = 0").to_pylist()
        as_of, currency = _basis(live)
        verdicts = tuple(verdict for verdict in _verdicts(live) if verdict.model in CUSTOMER_MODELS)
        horizon = _churn_horizon(live)
    value, [health] = values[0], healths.to_pylist() or [{}]
    of = {row["factor"]: round(Decimal(100 * row["share"]), 2) for row in weights}
    return Foretold(
        as_of=as_of,
        currency=currency,
        historic_clv=value["historic_clv"],
        model=value["model"],
        probability_alive=value["probability_alive"],
        expected_order_value=value["expected_order_value"],
        next_order_date=value["next_order_date"],
        ahead=tuple(_ahead(value, days) for days in VALUE_HORIZONS),
        churn_probability=health.get("churn_probability"),
        churn_model=health.get("churn_model"),
        churn_horizon=horizon,
        health_score=health.get("health_score"),
        health=health.get("health"),
        factors=tuple(Points(name, health[f"{name}_points"], of[name]) for name in HEALTH_FACTORS) if health else (),
        verdicts=verdicts,
        columns=value | health,
    )


def outlook(queries: Queries) -> Outlook:
    """What is foretold of everybody, and how good it is."""
    with queries.session() as live:
        return read_outlook(live)


def read_outlook(live: Session) -> Outlook:
    """The same from an open session, for who puts several questions together."""
    as_of, currency = _basis(live)
    if not live.columns(marts.CUSTOMER_CLV) or not live.columns(marts.VALIDATION):
        return Outlook(as_of, currency, 0, {}, ())
    sums = ", ".join(
        f"sum(expected_{what}_{days}) as {what}_{days}" for what in ("orders", "value") for days in VALUE_HORIZONS
    )
    [row] = live.query(f"select count(*) as customers, {sums} from {marts.CUSTOMER_CLV}").to_pylist()
    churned = live.query(f"select sum(churn_probability) as churned from {marts.CUSTOMER_HEALTH}").to_pylist()
    days = live.query(
        f"select metric, count(*) as days, sum(expected) as total from {marts.FORECAST} group by metric"
    ).to_pylist()
    verdicts, horizon = _verdicts(live), _churn_horizon(live)
    totals = {
        (what, ahead): float(row[f"{what}_{ahead}"] or 0) for what in ("orders", "value") for ahead in VALUE_HORIZONS
    }
    totals["churn", horizon] = float(churned[0]["churned"] or 0)
    totals |= {(f"daily_{day['metric']}", day["days"]): float(day["total"]) for day in days}
    return Outlook(as_of, currency, row["customers"], totals if row["customers"] else {}, tuple(verdicts))


def _ahead(row: dict[str, Any], days: int) -> Ahead:
    names = ("expected_orders", "fewest_orders", "most_orders", "expected_value")
    ends = (row.get(f"{name}_{days}") for name in ("lowest_value", "highest_value"))
    return Ahead(days, *(row[f"{name}_{days}"] for name in names), *ends)


def _basis(live: Session) -> tuple[dt.date | None, str]:
    [row] = live.query(f"select as_of, coalesce(currency, '') as currency from {marts.RUN_PARAMETERS}").to_pylist()
    return row["as_of"], row["currency"]


def _churn_horizon(live: Session) -> int:
    horizons = live.query(f"select horizon from {catalog.HORIZONS.name} where is_of_churn").column(0).to_pylist()
    return int(horizons[0])


def _verdicts(live: Session) -> list[Verdict]:
    rows = live.query(f"select * from {marts.VALIDATION} order by model, horizon, metric").to_pylist()
    grouped: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault((row["model"], row["horizon"]), []).append(row)
    found = [_verdict(group) for group in grouped.values()]
    places = {model: place for place, model in enumerate(CUSTOMER_MODELS)}
    return sorted(found, key=lambda v: (places.get(v.model, len(places)), v.model, v.horizon))


def _verdict(rows: list[dict[str, Any]]) -> Verdict:
    first = rows[0]
    measures = {row["metric"]: (_number(row["value"]), _number(row["baseline_value"])) for row in rows}
    return Verdict(
        first["model"],
        first["horizon"],
        first["is_validated"],
        first["customers"],
        first["cut_off"],
        next((row["baseline"] for row in rows if row["baseline"]), None),
        first["note"],
        measures,
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
