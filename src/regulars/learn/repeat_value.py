"""What customers spend per order: checked, and without those who say nothing of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.errors import InputError
from regulars.learn.repeat_buying import Floats, checked_weight, numbers, refuse


@dataclass(frozen=True)
class RepeatValues:
    """Rows of x orders with a mean value above zero, each standing for `weight` customers; shape (n,)."""

    x: Floats
    mean: Floats
    weight: Floats

    def sample(self, size: int) -> RepeatValues:
        """A fair part: of the customers in order of x and mean every n-th, so that no chance is in it."""
        if len(self.weight) <= size:
            return self
        order = np.lexsort((self.mean, self.x))
        upper = np.cumsum(self.weight[order])
        rows = order[np.searchsorted(upper, (np.arange(size) + 0.5) * (upper[-1] / size))]
        return RepeatValues(self.x[rows], self.mean[rows], np.full(size, upper[-1] / size))


def collapse_values(
    x: npt.ArrayLike, mean_value: npt.ArrayLike, weight: npt.ArrayLike | None
) -> tuple[RepeatValues, float]:
    """The rows that say what orders are worth, and how many customers with orders do not.

    Customers without orders say nothing. A mean of zero or below (all of it refunded, or given away) is possible under
    no gamma distribution; such customers are left out and counted.

    Raises:
        InputError: The columns cannot be of customers, or nothing is left.
    """
    if np.ndim(x) != 1 or np.shape(x) != np.shape(mean_value):
        shapes = f"{np.shape(x)} and {np.shape(mean_value)}"
        raise InputError(f"x and mean_value must be columns of the same length. They have the shapes {shapes}.")
    orders, mean = values_to_score(x, mean_value, keep_negative=True)
    weights = checked_weight(weight, orders.shape)
    has_orders = (orders > 0) & (weights > 0)
    is_used = has_orders & (mean > 0)
    if not is_used.any():
        raise InputError("No customer has orders worth more than zero. Give at least one row with x and mean_value.")
    return RepeatValues(orders[is_used], mean[is_used], weights[is_used]), float(weights[has_orders & ~is_used].sum())


def values_to_score(x: npt.ArrayLike, mean_value: npt.ArrayLike, keep_negative: bool = False) -> tuple[Floats, Floats]:
    """x and mean value of one shape; the mean is 0 where there are no orders, and nowhere below unless asked for.

    Raises:
        InputError: x is negative, missing or no whole number, or a mean of orders is missing.
    """
    orders = numbers("x", x)
    refuse("x", orders, (orders < 0) | (orders != np.floor(orders)), "is no number of orders.")
    try:
        means = np.asarray(mean_value, dtype=float)
    except (TypeError, ValueError):
        raise InputError("`mean_value` holds what is no number. Give it as numbers.") from None
    try:
        orders, means = np.broadcast_arrays(orders, means)
    except ValueError:
        shapes = f"{orders.shape} and {means.shape}"
        raise InputError(
            f"x and mean_value must be columns of the same length. They have the shapes {shapes}."
        ) from None
    mean = numbers("mean_value", np.where(orders > 0, means, 0.0))
    return orders, mean if keep_negative else np.maximum(mean, 0.0)
