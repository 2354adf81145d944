"""What customers will buy and what it will be worth: a model of the number of purchases and one of their value.

Time is in days of a clock (the calendar, or one that runs by the season), an order is a purchase occasion (the orders
of one day are one), and values are net of the share of revenue that goes back to customers.
"""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.errors import NotConverged
from regulars.learn.bgnbd import BGNBD
from regulars.learn.buying_model import BuyingModel
from regulars.learn.mbgnbd import MBGNBD
from regulars.learn.paretonbd import ParetoNBD
from regulars.learn.seasonal_clock import FARTHEST_DAYS, SeasonalClock
from regulars.learn.value_distribution import ValueDistribution, ValueSpread
from regulars.learn.value_independence import ValueModel, fit_value_model
from regulars.prediction_settings import VALUE_HORIZONS

Floats = npt.NDArray[np.float64]

MODELS: dict[str, type[BuyingModel]] = {"mbg_nbd": MBGNBD, "bg_nbd": BGNBD, "pareto_nbd": ParetoNBD}
AUTO = "auto"


@dataclass(frozen=True)
class LifetimeValue:
    """Both models, fitted.

    Attributes:
        name: Of the model of the number of purchases: a key of MODELS.
        orders: That model, in days of the clock.
        values: The model of the value of a purchase, Gamma-Gamma if its assumption holds.
        net_share: The part of what customers pay that the shop keeps after refunds.
        clock: What time is counted by: the calendar, or the season. It stands at the cut-off of the summaries that the
            model is asked about; `at` puts it to another.
    """

    name: str
    orders: BuyingModel
    values: ValueModel
    net_share: float
    clock: SeasonalClock

    def at(self, cut_off: dt.date) -> LifetimeValue:
        """The same models, to be asked about summaries of another cut-off."""
        return replace(self, clock=replace(self.clock, cut_off=cut_off))

    def on(self, clock: SeasonalClock, kinds: pa.Table) -> LifetimeValue:
        """The number of purchases fitted again by another clock, to the customers of the first fit."""
        return replace(self, clock=clock, orders=_fit_orders(self.name, kinds, clock))

    def expected_orders(self, summary: pa.Table, days: int) -> Floats:
        """The mean number of purchases in the next days, of each row of a purchase summary."""
        return np.asarray(self.orders.expected_orders(self.clock.ahead(days), *_history(summary, self.clock)))

    def order_value(self, summary: pa.Table) -> Floats:
        """The mean net value of a purchase."""
        return self._gross_value(summary) * self.net_share

    def probability_of_order(self, summary: pa.Table, days: int) -> Floats:
        """The probability of a purchase in the next days."""
        return np.asarray(self.orders.probability_of_order(self.clock.ahead(days), *_history(summary, self.clock)))

    def probability_of_fewer(self, counts: Floats, summary: pa.Table, days: int) -> Floats:
        """The probability of fewer purchases in the next days than these counts, one per row."""
        ahead = self.clock.ahead(days)
        return np.asarray(self.orders.probability_of_fewer(counts, ahead, *_history(summary, self.clock)))

    def value_distribution(self, summary: pa.Table, days: int) -> ValueDistribution:
        """How the value of each customer's purchases in the next days is distributed, before refunds."""
        history = _history(summary, self.clock)
        occasions = summary["x"].to_numpy() + 1
        counts = self.orders.order_counts(self.clock.ahead(days), *history)
        return ValueDistribution(counts, occasions, self._gross_value(summary), self._spread)

    def foretell(self, summary: pa.Table, as_of: dt.date) -> pa.Table:
        """learned.customer_value for the rows of a purchase summary at as_of, in their order."""
        history = _history(summary, self.clock)
        order_value = self.order_value(summary)
        columns: dict[str, Any] = {
            "customer_id": summary["customer_id"],
            "model": pa.repeat(self.name, summary.num_rows),
            "probability_alive": np.asarray(self.orders.probability_alive(*history)),
            "order_value": order_value,
        }
        for days in VALUE_HORIZONS:
            expected = self.expected_orders(summary, days)
            fewest, most = self.orders.order_interval(self.clock.ahead(days), *history)
            lowest, highest = self.value_distribution(summary, days).quantiles((0.1, 0.9)) * self.net_share
            columns[f"expected_orders_{days}"] = expected
            columns[f"expected_value_{days}"] = expected * order_value
            columns[f"fewest_orders_{days}"] = np.asarray(fewest, dtype=np.int32)
            columns[f"most_orders_{days}"] = np.asarray(most, dtype=np.int32)
            columns[f"lowest_value_{days}"] = lowest
            columns[f"highest_value_{days}"] = highest
        until_next = self.clock.calendar_days(np.asarray(self.orders.time_to_next_order(*history)))
        columns["next_order_date"] = _next_order_dates(until_next, as_of)
        return pa.table({name: pa.array(c) if isinstance(c, np.ndarray) else c for name, c in columns.items()})

    @cached_property
    def _spread(self) -> ValueSpread:
        return ValueSpread(*self.values.model.spread())

    def _gross_value(self, summary: pa.Table) -> Floats:
        return np.asarray(self.values.model.expected_value(*_values(summary)))


def fit_lifetime_value(
    name: str, kinds: pa.Table, summary: pa.Table, net_share: float, clock: SeasonalClock
) -> LifetimeValue:
    """Fits both models.

    Args:
        name: Of the model of the number of purchases: a key of MODELS, or AUTO for the likeliest of them.
        kinds: x, t_x and observed_days, each combination once, and `customers`, how many have it.
        summary: x and amount of each customer, for the value of their purchases.
        net_share: The part of what customers pay that the shop keeps after refunds, as far as is known.
        clock: What time is counted by, standing at the cut-off of the summary.
    """
    values = fit_value_model(*_values(summary))
    name, orders = _likeliest(kinds, clock) if name == AUTO else (name, _fit_orders(name, kinds, clock))
    return LifetimeValue(name, orders, values, net_share, clock)


def _fit_orders(name: str, kinds: pa.Table, clock: SeasonalClock) -> BuyingModel:
    return MODELS[name]().fit(*_history(kinds, clock), weight=kinds["customers"].to_numpy())


def _likeliest(kinds: pa.Table, clock: SeasonalClock) -> tuple[str, BuyingModel]:
    """The model under which the customers are likeliest; all have four parameters, so that none is favoured.

    One that converged goes before one that did not.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotConverged)
        fitted = {name: _fit_orders(name, kinds, clock) for name in MODELS}
    best = max(fitted, key=lambda name: (fitted[name].converged_, fitted[name].log_likelihood_))
    if not fitted[best].converged_:
        warnings.warn(
            f"No model of buying converged; {best} is used: {fitted[best].problem_}.", NotConverged, stacklevel=3
        )
    return best, fitted[best]


def _history(summary: pa.Table, clock: SeasonalClock) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    x, last, observed = (summary[column].to_numpy() for column in ("x", "t_x", "observed_days"))
    return x, *clock.spans(last, observed)


def _values(summary: pa.Table) -> tuple[npt.NDArray[Any], Floats]:
    """How many purchases each customer made, the first one included, and their mean value."""
    occasions = summary["x"].to_numpy() + 1
    return occasions, summary["amount"].cast(pa.float64()).to_numpy() / occasions


def _next_order_dates(days: Floats, as_of: dt.date) -> pa.Array:
    is_near = days <= FARTHEST_DAYS
    ahead = np.ceil(np.where(is_near, days, 0)).astype("timedelta64[D]")
    return pa.array(np.datetime64(as_of, "D") + ahead, pa.date32(), mask=~is_near)
