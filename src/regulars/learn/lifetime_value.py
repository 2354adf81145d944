"""What customers will buy and what it will be worth: a model of the number of purchases and one of their value.

Time is in days, an order is a purchase occasion (the orders of one day are one), and values are net of the share of
revenue that goes back to customers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.learn.bgnbd import BGNBD
from regulars.learn.buying_model import BuyingModel
from regulars.learn.mbgnbd import MBGNBD
from regulars.learn.paretonbd import ParetoNBD
from regulars.learn.value_independence import ValueModel, fit_value_model
from regulars.prediction_settings import VALUE_HORIZONS

Floats = npt.NDArray[np.float64]

MODELS: dict[str, type[BuyingModel]] = {"mbg_nbd": MBGNBD, "bg_nbd": BGNBD, "pareto_nbd": ParetoNBD}
FARTHEST_DAYS = 3650  # an order that is expected later than this is not expected


@dataclass(frozen=True)
class LifetimeValue:
    """Both models, fitted.

    Attributes:
        name: Of the model of the number of purchases: a key of MODELS.
        orders: That model.
        values: The model of the value of a purchase, Gamma-Gamma if its assumption holds.
        net_share: The part of what customers pay that the shop keeps after refunds.
    """

    name: str
    orders: BuyingModel
    values: ValueModel
    net_share: float

    def expected_orders(self, summary: pa.Table, days: int) -> Floats:
        """The mean number of purchases in the next days, of each row of a purchase summary."""
        return np.asarray(self.orders.expected_orders(days, *_history(summary)))

    def order_value(self, summary: pa.Table) -> Floats:
        """The mean net value of a purchase."""
        x, mean_value = _values(summary)
        return np.asarray(self.values.model.expected_value(x, mean_value)) * self.net_share

    def probability_of_order(self, summary: pa.Table, days: int) -> Floats:
        """The probability of a purchase in the next days."""
        return np.asarray(self.orders.probability_of_order(days, *_history(summary)))

    def probability_of_fewer(self, counts: Floats, summary: pa.Table, days: int) -> Floats:
        """The probability of fewer purchases in the next days than these counts, one per row."""
        return np.asarray(self.orders.probability_of_fewer(counts, days, *_history(summary)))

    def foretell(self, summary: pa.Table, as_of: dt.date) -> pa.Table:
        """learned.customer_value for the rows of a purchase summary at as_of, in their order."""
        history = _history(summary)
        order_value = self.order_value(summary)
        columns: dict[str, Any] = {
            "customer_id": summary["customer_id"],
            "model": pa.repeat(self.name, summary.num_rows),
            "probability_alive": np.asarray(self.orders.probability_alive(*history)),
            "order_value": order_value,
        }
        for days in VALUE_HORIZONS:
            expected = self.expected_orders(summary, days)
            fewest, most = self.orders.order_interval(days, *history)
            columns[f"expected_orders_{days}"] = expected
            columns[f"expected_value_{days}"] = expected * order_value
            columns[f"fewest_orders_{days}"] = np.asarray(fewest, dtype=np.int32)
            columns[f"most_orders_{days}"] = np.asarray(most, dtype=np.int32)
        columns["next_order_date"] = _next_order_dates(np.asarray(self.orders.time_to_next_order(*history)), as_of)
        return pa.table({name: pa.array(c) if isinstance(c, np.ndarray) else c for name, c in columns.items()})


def fit_lifetime_value(name: str, kinds: pa.Table, summary: pa.Table, net_share: float) -> LifetimeValue:
    """Fits both models.

    Args:
        name: Of the model of the number of purchases: a key of MODELS.
        kinds: x, t_x and observed_days, each combination once, and `customers`, how many have it.
        summary: x and amount of each customer, for the value of their purchases.
        net_share: The part of what customers pay that the shop keeps after refunds, as far as is known.
    """
    orders = MODELS[name]()
    orders.fit(*_history(kinds), weight=kinds["customers"].to_numpy())
    x, mean_value = _values(summary)
    return LifetimeValue(name, orders, fit_value_model(x, mean_value), net_share)


def _history(summary: pa.Table) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    return tuple(summary[column].to_numpy() for column in ("x", "t_x", "observed_days"))


def _values(summary: pa.Table) -> tuple[npt.NDArray[Any], Floats]:
    """How many purchases each customer made, the first one included, and their mean value."""
    occasions = summary["x"].to_numpy() + 1
    return occasions, summary["amount"].cast(pa.float64()).to_numpy() / occasions


def _next_order_dates(days: Floats, as_of: dt.date) -> pa.Array:
    is_near = days <= FARTHEST_DAYS
    ahead = np.ceil(np.where(is_near, days, 0)).astype("timedelta64[D]")
    return pa.array(np.datetime64(as_of, "D") + ahead, pa.date32(), mask=~is_near)
