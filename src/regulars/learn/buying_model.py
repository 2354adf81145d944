"""What the three models of the number of orders have in common: fitting, and asking them about customers.

A model says of customers with x, t_x and T whether they will buy again, and how often within a time t. Everything but
the odds that a customer is gone depends on x, T and t alone, so it is reckoned once for each combination of them.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from regulars.errors import InputError, NotConverged, NotFitted
from regulars.learn.maximum_likelihood import SAMPLE, Likelihood, maximise
from regulars.learn.order_distribution import OrderCounts, order_quantiles, probability_of_fewer
from regulars.learn.repeat_buying import (
    BuyingHistory,
    Distinct,
    Floats,
    Places,
    blocks,
    checked_columns,
    collapse,
    distinct_combinations,
    numbers,
    refuse,
)


class Future(Protocol):
    """What is expected of kinds of customers who are alive, each for a time ahead; arrays of shape (kinds,)."""

    def expected_orders(self) -> Floats: ...  # noqa: D102
    def any_order(self) -> Floats: ...  # noqa: D102
    def counts(self) -> OrderCounts: ...  # noqa: D102
    def time_to_next_order(self) -> Floats: ...  # noqa: D102


class BuyingModel(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """A model of repeat orders, fitted by maximum likelihood.

    Time is in any unit, the same in everything a model is given; the parameters that are times are in that unit.

    Attributes:
        params_: The parameters by the names of the papers.
        standard_errors_: Theirs, from the observed information; NaN where the fit did not converge.
        log_likelihood_: Of all customers, at `params_`.
        converged_: Whether `params_` are known to be a maximum of the likelihood.
        problem_: Why they are not; empty when they are.
        customers_: How many customers the model was fitted to.
    """

    _parameters: ClassVar[tuple[str, ...]]
    _times: ClassVar[tuple[str, ...]]
    _starts: ClassVar[Sequence[Sequence[float]]]

    def fit(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> Self:
        """Finds the parameters that make these customers most likely.

        Args:
            x: Shape (n,): repeat orders of each customer (orders of one day count as one), whole numbers from 0.
            t_x: Shape (n,): time from the first to the last order; 0 where x is 0.
            T: Shape (n,): time from the first order to the end of what was seen.
            weight: Shape (n,): how many customers a row stands for, as SQL's `count(*)` gives it; 1 if not given.

        Returns:
            The model itself. If it did not converge, `converged_` is false and a `NotConverged` warning says why.

        Raises:
            InputError: The columns cannot be of customers.
        """
        history = collapse(x, t_x, T, weight)
        unit = float(history.weight @ history.T.per_row()) / history.customers() or 1.0
        rescaled = history.in_units_of(unit)
        everyone, sample = self._likelihood(rescaled), rescaled.sample(SAMPLE)
        some = everyone if sample is rescaled else self._likelihood(sample)
        maximum = maximise(self._parameters, everyone, some, self._starts)

        units = [unit if name in self._times else 1.0 for name in self._parameters]
        found = zip(self._parameters, maximum.parameters, maximum.standard_errors, units, strict=True)
        self.params_, self.standard_errors_ = {}, {}
        for name, parameter, error, size in found:
            self.params_[name], self.standard_errors_[name] = float(parameter * size), float(error * size)
        orders = float(history.weight @ history.x.per_row())
        self.log_likelihood_ = maximum.log_likelihood - orders * float(np.log(unit))
        self.converged_, self.problem_ = not maximum.problem, maximum.problem
        self.customers_ = history.customers()
        if maximum.problem:
            warnings.warn(
                f"{type(self).__name__} did not converge on {self.customers_:g} customers: {maximum.problem}. "
                "Fit it to more customers, or to a longer history.",
                NotConverged,
                stacklevel=2,
            )
        return self

    def probability_alive(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Floats:
        """The probability that customers will buy again if given time; arguments as in `fit`, or single numbers."""

        def alive(x: Distinct, t_x: Distinct, T: Distinct, t: Distinct) -> Floats:
            return self._alive(x, t_x, T)

        return self._by_blocks(alive, 0.0, x, t_x, T)

    def expected_orders(self, t: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Floats:
        """The mean number of orders in the time t after T; t is one time, or one per customer."""
        return self._by_blocks(self._times_alive(lambda future: future.expected_orders()), t, x, t_x, T)

    def probability_of_order(self, t: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Floats:
        """The probability of at least one order in the time t after T."""
        return self._by_blocks(self._times_alive(lambda future: future.any_order()), t, x, t_x, T)

    def order_interval(
        self, t: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike, coverage: float = 0.8
    ) -> Floats:
        """The numbers of orders between which that of the time t after T lies with the probability `coverage`, or more.

        As much is left out below as above. Returns shape (2, n): the lowest and the highest number.
        """
        if not 0 < coverage < 1:
            raise InputError(f"`coverage` is {coverage:g}. Give a probability between 0 and 1, such as 0.8.")
        levels = ((1 - coverage) / 2, (1 + coverage) / 2)

        def quantiles(x: Distinct, t_x: Distinct, T: Distinct, t: Distinct) -> Floats:
            future, places = self._kinds(x, T, t)
            return order_quantiles(future.counts(), self._alive(x, t_x, T), places, levels)

        return self._by_blocks(quantiles, t, x, t_x, T)

    def probability_of_fewer(
        self, count: npt.ArrayLike, t: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike
    ) -> Floats:
        """The probability of fewer than `count` orders in the time t after T; `count` is one number per customer."""
        x, t_x, T, t, count = np.broadcast_arrays(x, t_x, T, t, np.asarray(count, dtype=float))
        found = np.empty(x.shape)
        # Customers with many orders ahead take long to count; they are few, and share their blocks with their like.
        order = np.argsort(count, kind="stable")
        for rows in blocks(max(1, len(order))):
            chosen = order[rows]
            columns = [Distinct.of(np.asarray(column, dtype=float)[chosen]) for column in (x, t_x, T, t)]
            future, places = self._kinds(columns[0], columns[2], columns[3])
            found[chosen] = probability_of_fewer(future.counts(), self._alive(*columns[:3]), places, count[chosen])
        return found

    def order_counts(
        self, t: npt.ArrayLike, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike
    ) -> tuple[OrderCounts, Floats, Places]:
        """The distribution of the number of orders in the time t after T, of kinds of customers who are alive.

        Returns:
            It, per customer the probability of being alive, and per customer the place of their kind.
        """
        columns = [Distinct.of(numbers(name, column)) for name, column in (("x", x), ("t_x", t_x), ("T", T))]
        ahead = Distinct.of(np.broadcast_to(numbers("t", t), np.shape(x)))
        future, places = self._kinds(columns[0], columns[2], ahead)
        return future.counts(), self._alive(*columns), places

    def time_to_next_order(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Floats:
        """The time after T by which the next order has come in half of the cases, given that it comes at all."""

        def median(x: Distinct, t_x: Distinct, T: Distinct, t: Distinct) -> Floats:
            future, places = self._kinds(x, T, t)
            return future.time_to_next_order()[places]

        return self._by_blocks(median, 0.0, x, t_x, T)

    @abstractmethod
    def _likelihood(self, history: BuyingHistory) -> Likelihood:
        """The likelihood of customers."""

    @abstractmethod
    def _log_odds_gone(self, parameters: Floats, x: Distinct, t_x: Distinct, T: Distinct) -> Floats:
        """Per row the logarithm of the odds that the customer is gone."""

    @abstractmethod
    def _future(self, parameters: Floats, x: Floats, T: Floats, t: Floats) -> Future:
        """What customers of these kinds will do if they are alive."""

    def _fitted(self) -> Floats:
        if not hasattr(self, "params_"):
            raise NotFitted(f"This {type(self).__name__} has no parameters yet. Call `fit` first.")
        return np.array([self.params_[name] for name in self._parameters])

    def _alive(self, x: Distinct, t_x: Distinct, T: Distinct) -> Floats:
        with np.errstate(over="ignore", divide="ignore"):
            alive: Floats = 1 / (1 + np.exp(self._log_odds_gone(self._fitted(), x, t_x, T)))
        return alive

    def _kinds(self, x: Distinct, T: Distinct, t: Distinct) -> tuple[Future, Places]:
        combinations, places = distinct_combinations([x, T, t])
        return self._future(self._fitted(), *combinations), places

    def _times_alive(self, of_future: Callable[[Future], Floats]) -> Callable[..., Floats]:
        def scored(x: Distinct, t_x: Distinct, T: Distinct, t: Distinct) -> Floats:
            future, places = self._kinds(x, T, t)
            return self._alive(x, t_x, T) * of_future(future)[places]

        return scored

    def _by_blocks(
        self,
        score: Callable[[Distinct, Distinct, Distinct, Distinct], Floats],
        t: npt.ArrayLike,
        x: npt.ArrayLike,
        t_x: npt.ArrayLike,
        T: npt.ArrayLike,
    ) -> Floats:
        """Scores customers a block at a time; single numbers stand for all customers, or are the only one."""
        self._fitted()
        given = [numbers(name, values) for name, values in (("x", x), ("t_x", t_x), ("T", T), ("t", t))]
        try:
            columns = np.broadcast_arrays(*given)
        except ValueError:
            shapes = ", ".join(str(column.shape) for column in given)
            raise InputError(f"x, t_x, T and t have the shapes {shapes}. Give columns of the same length.") from None
        shape = columns[0].shape
        flat = [column.ravel() for column in columns]
        checked_columns(*flat[:3])
        refuse("t", flat[3], flat[3] < 0, "is negative. Give the time ahead.")
        scores = [
            score(*(Distinct.of(column[rows]) for column in flat)) for rows in blocks(max(1, len(flat[0])))
        ]  # fmt: skip
        joined = np.concatenate(scores, axis=-1)
        return joined.reshape(joined.shape[:-1] + shape)[()]
