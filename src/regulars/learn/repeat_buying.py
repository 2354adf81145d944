"""How often and how lately customers bought: checked, then kept as distinct rows with weights.

A customer is x repeat orders, the last of them t_x after the first order, seen for T after it. The models need their
special functions only where x, t_x or T differ, and a million customers differ in a few hundred values of each; so
columns are kept as their distinct values and, per row, the place of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.errors import InputError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

BLOCK = 262_144  # customers scored at a time: some hundred megabytes, however many there are
_WIDEST_TABLE = 1 << 22  # whole numbers below this are told apart by a table rather than by sorting


@dataclass(frozen=True)
class Distinct:
    """A column: its different values, ascending, and for every row the place of its value among them."""

    values: Floats
    places: Places

    @classmethod
    def of(cls, column: Floats) -> Distinct:
        """The column taken apart."""
        keys = _whole(column)
        if keys is None:
            values, places = np.unique(column, return_inverse=True)
            return cls(values, places)
        different, places = different_keys(keys, int(keys.max(initial=0)) + 1)
        return cls(different.astype(float), places)

    def per_row(self) -> Floats:
        """The column put together again."""
        return self.values[self.places]


@dataclass(frozen=True)
class BuyingHistory:
    """Customers as rows of x, t_x and T, each row standing for `weight` customers."""

    x: Distinct
    t_x: Distinct
    T: Distinct
    weight: Floats

    def customers(self) -> float:
        """How many customers the rows stand for."""
        return float(self.weight.sum())

    def in_units_of(self, unit: float) -> BuyingHistory:
        """The same with time measured in another unit."""
        return BuyingHistory(
            self.x, Distinct(self.t_x.values / unit, self.t_x.places), Distinct(self.T.values / unit, self.T.places),
            self.weight,
        )  # fmt: skip

    def sample(self, size: int) -> BuyingHistory:
        """A fair part: of the customers in order of x, t_x and T every n-th, so that no chance is in it."""
        if len(self.weight) <= size:
            return self
        upper = np.cumsum(self.weight)
        wanted = (np.arange(size) + 0.5) * (upper[-1] / size)
        rows, times = np.unique(np.searchsorted(upper, wanted), return_counts=True)
        columns = [Distinct.of(column.per_row()[rows]) for column in (self.x, self.t_x, self.T)]
        return BuyingHistory(columns[0], columns[1], columns[2], times * (upper[-1] / size))


def collapse(x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike, weight: npt.ArrayLike | None) -> BuyingHistory:
    """The distinct rows of customers with the number of customers of each.

    Args:
        x: Shape (n,): repeat orders, whole numbers from 0.
        t_x: Shape (n,): time from the first to the last order, in any unit; 0 where x is 0.
        T: Shape (n,): time from the first order to the end of what was seen, same unit.
        weight: Shape (n,): how many customers a row stands for; 1 if not given.

    Raises:
        InputError: The columns cannot be of customers; the message names the first row that is wrong.
    """
    columns = checked_columns(x, t_x, T)
    weights = checked_weight(weight, columns[0].shape)
    if len(columns[0]) == 0 or not weights.any():
        raise InputError("There are no customers to fit a model to. Give at least one row of x, t_x and T.")
    apart = [Distinct.of(column[weights > 0]) for column in columns]
    sizes = [len(column.values) for column in apart]
    pairs, of_pair = different_keys(apart[0].places * sizes[1] + apart[1].places, sizes[0] * sizes[1])
    rows, weights = _summed(of_pair * sizes[2] + apart[2].places, weights[weights > 0], weight is None)
    pair = pairs[rows // sizes[2]]
    places = (pair // sizes[1], pair % sizes[1], rows % sizes[2])
    kept = [Distinct(column.values, place) for column, place in zip(apart, places, strict=True)]
    return BuyingHistory(kept[0], kept[1], kept[2], weights)


def checked_columns(x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """The three as columns of floats of the same length.

    Raises:
        InputError: A value is missing, infinite or negative, x is no whole number, t_x lies after T, or t_x is above
            0 without a repeat order.
    """
    names = ("x", "t_x", "T")
    columns = [numbers(name, values) for name, values in zip(names, (x, t_x, T), strict=True)]
    if len({column.shape for column in columns}) > 1 or columns[0].ndim != 1:
        shapes = ", ".join(f"{name} {column.shape}" for name, column in zip(names, columns, strict=True))
        raise InputError(f"x, t_x and T must be columns of the same length. They have the shapes {shapes}.")
    orders, last, seen = columns
    for name, column in zip(names, columns, strict=True):
        refuse(name, column, column < 0, "is negative. Leave out orders before the first or after the end.")
    refuse("x", orders, orders != np.floor(orders), "is no whole number. x counts the orders after the first.")
    refuse("t_x", last, last > seen, "lies after T. Both are counted from the first order, in the same unit.")
    refuse("t_x", last, (orders == 0) & (last > 0), "is above 0 where x is 0. Without a repeat order t_x is 0.")
    return orders, last, seen


def checked_weight(weight: npt.ArrayLike | None, shape: tuple[int, ...]) -> Floats:
    """The weights as floats, ones if there are none.

    Raises:
        InputError: They are of another length, missing, infinite or negative.
    """
    if weight is None:
        return np.ones(shape)
    weights = numbers("weight", weight)
    if weights.shape != shape:
        raise InputError(f"`weight` has the shape {weights.shape}, the other columns {shape}. Give one weight per row.")
    refuse("weight", weights, weights < 0, "is negative. A weight is how many customers a row stands for.")
    return weights


def numbers(name: str, values: npt.ArrayLike) -> Floats:
    """Any array as floats, none of them missing or infinite.

    Raises:
        InputError: A value is no number, missing or infinite.
    """
    try:
        column = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"`{name}` holds what is no number. Give it as numbers.") from None
    refuse(name, column, ~np.isfinite(column), "is missing or infinite. Leave such rows out.")
    return column


def refuse(name: str, column: Floats, is_wrong: npt.NDArray[np.bool_], why: str) -> None:
    """Raises an InputError that names the first row that is wrong, if one is."""
    if is_wrong.any():
        place = int(np.flatnonzero(is_wrong)[0])
        raise InputError(f"`{name}` of row {place} (counted from 0) is {column.ravel()[place]:g}: `{name}` {why}")


def blocks(rows: int) -> Iterator[slice]:
    """The rows in parts that fit into memory."""
    for start in range(0, rows, BLOCK):
        yield slice(start, start + BLOCK)


def distinct_combinations(columns: Sequence[Distinct]) -> tuple[list[Floats], Places]:
    """The different combinations of the columns' values, and for every row the place of its own.

    Returns:
        Per column its value in every combination, and the place per row.
    """
    keys = columns[0].places
    found = [np.arange(len(columns[0].values))]
    for column in columns[1:]:
        size = len(column.values)
        different, keys = different_keys(keys * size + column.places, len(found[0]) * size)
        found = [places[different // size] for places in found] + [different % size]
    return [column.values[places] for column, places in zip(columns, found, strict=True)], keys


def different_keys(keys: Places, width: int) -> tuple[Places, Places]:
    """The different keys, ascending, and for every row the place of its own.

    Args:
        keys: Whole numbers from 0 to below `width`.
        width: A small one spares the sorting.
    """
    if width > max(_WIDEST_TABLE, 2 * len(keys)):
        different, places = np.unique(keys, return_inverse=True)
        return different, places
    is_there = np.zeros(width, dtype=bool)
    is_there[keys] = True
    place_of = np.cumsum(is_there) - 1
    return np.flatnonzero(is_there), place_of[keys]


def _summed(keys: Places, weights: Floats, is_counted: bool) -> tuple[Places, Floats]:
    """The different keys, ascending, and the sum of the weights of each."""
    if is_counted:
        different, counts = np.unique(keys, return_counts=True)
        return different, counts.astype(float)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    return keys[starts], np.add.reduceat(weights[order], starts)


def _whole(column: Floats) -> Places | None:
    """The column as whole numbers, if it holds nothing else and none that is large."""
    if len(column) and column.max() < _WIDEST_TABLE:
        keys = column.astype(np.intp)
        if np.array_equal(keys, column):
            return keys
    return None
