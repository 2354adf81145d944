"""Settings of what is foretold: value, churn and the health score that sums a customer up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from regulars.source_settings import Section

# Days ahead for which orders and value are foretold: the columns of customer_clv.
VALUE_HORIZONS = (30, 90, 365)
HEALTH_FACTORS = ("recency", "frequency", "monetary", "average_order_value", "segment")

Limit = Annotated[float, Field(ge=0, le=1e12)]
Share = Annotated[float, Field(ge=0, le=1)]
Steps = Annotated[tuple[tuple[Limit, Share], ...], Field(min_length=1, max_length=8)]


class ValueSettings(Section):
    """How often and for how much customers will buy."""

    model: Literal["auto", "mbg_nbd", "bg_nbd", "pareto_nbd"] = Field(
        "auto", description="Model of the number of orders; auto takes the likeliest of the three"
    )
    season: Literal["auto", "on", "off"] = Field(
        "auto", description="Count time by the season of buying: auto does after two years, if it foretells better"
    )


class ChurnSettings(Section):
    """Who will not buy again soon."""

    horizon: int = Field(90, ge=3, le=3650, description="Churn is no order in this many days")
    seed: int = Field(7, description="Seed of the classifier: the same seed, the same probabilities")


class ForecastSettings(Section):
    """The days ahead."""

    days: int = Field(30, ge=1, le=365, description="How many days of sales are foretold")


class HealthWeights(Section):
    """Points of each factor; they sum to 100."""

    recency: float = Field(30, ge=0, description="Points for the days since the last order")
    frequency: float = Field(25, ge=0, description="Points for the orders of the window")
    monetary: float = Field(25, ge=0, description="Points for the spending of the window")
    average_order_value: float = Field(10, ge=0, description="Points for the mean amount of an order")
    segment: float = Field(10, ge=0, description="Points for the place of the segment in its map")

    @model_validator(mode="after")
    def _sum(self) -> HealthWeights:
        total = sum(getattr(self, factor) for factor in HEALTH_FACTORS)
        if abs(total - 100) > 1e-6:
            raise ValueError(f"the weights of the health score sum to {total:g}: make it 100")
        return self


class HealthSettings(Section):
    """The health score from 0 to 100. A step is [limit, share of the factor's points]; the first that holds counts."""

    weights: HealthWeights = HealthWeights()
    recency: Steps = Field(
        ((30, 1.0), (60, 0.8), (90, 0.6), (180, 0.35), (365, 0.15)), description="Last order at most so many days ago"
    )
    frequency: Steps = Field(
        ((10, 1.0), (6, 0.8), (4, 0.65), (2, 0.4), (1, 0.2)), description="At least so many orders in the window"
    )
    monetary: Steps = Field(
        ((4, 1.0), (2, 0.8), (1, 0.6), (0.5, 0.4), (0, 0.2)),
        description="Spending above zero and at least so many times that of the middle customer of the window",
    )
    average_order_value: Steps = Field(
        ((2, 1.0), (1.5, 0.8), (1, 0.6), (0.5, 0.4), (0, 0.2)),
        description="Mean order above zero and at least so many times that of the middle customer",
    )

    @model_validator(mode="after")
    def _limits_are_in_order(self) -> HealthSettings:
        for factor in ("recency", "frequency", "monetary", "average_order_value"):
            limits = [limit for limit, _ in getattr(self, factor)]
            if limits != sorted(set(limits), reverse=factor != "recency"):
                way = "rise" if factor == "recency" else "fall"
                raise ValueError(f"the limits of the steps of `{factor}` must {way}, without repeats")
        return self
