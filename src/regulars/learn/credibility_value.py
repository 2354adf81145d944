"""What orders are worth where frequent customers spend otherwise than rare ones: each is drawn to their like.

Bühlmann's credibility (1967), the empirical Bayes estimate of a mean: of a customer with x orders of mean m in a group
of mean M it is (x m + k M) / (x + k), where k is the variance of a customer's orders divided by that of the customers'
own means. Groups are bands of the number of orders. As only the mean of each customer is known, both variances are read
from how the spread of the means within bands falls with x: M^2 (between + within / x), for who spends twice as much
on average varies twice as much.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from regulars.errors import NotFitted
from regulars.learn.repeat_buying import Floats
from regulars.learn.repeat_value import RepeatValues, collapse_values, values_to_score

BANDS = (1, 2, 3, 5, 9, 17, 33)  # the fewest orders of each band; without orders a customer is taken as of the first

_LEAST = 1e-4


class CredibilityValue(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The value of orders by shrinkage to the mean of customers who buy as often; needs no distribution and no search.

    Attributes:
        params_: `between`, the variance of customers' own means within a band, and `within`, that of one customer's
            orders, both divided by the square of the band's mean.
        band_means_: The mean value of an order per band of `BANDS`; a band without customers has that of the nearest
            below it that has some, or else above.
        customers_: How many customers it was fitted to.
        left_out_: How many customers with orders were not, as their mean value was zero or negative.
    """

    def fit(self, x: npt.ArrayLike, mean_value: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> Self:
        """Finds the bands' means and the two variances; arguments as those of `GammaGamma.fit`."""
        values, self.left_out_ = collapse_values(x, mean_value, weight)
        bands = _bands(values.x)
        self.band_means_ = _band_means(values, bands)
        between, within = _variances(values, (values.mean / self.band_means_[bands] - 1) ** 2)
        self.params_ = {"between": between, "within": within}
        self.customers_ = float(values.weight.sum())
        return self

    def expected_value(self, x: npt.ArrayLike, mean_value: npt.ArrayLike) -> Floats:
        """The mean value of a customer's future orders; arguments as those of `GammaGamma.expected_value`."""
        if not hasattr(self, "params_"):
            raise NotFitted("This CredibilityValue has no parameters yet. Call `fit` first.")
        orders, mean = values_to_score(x, mean_value)
        between, within = self.params_["between"], self.params_["within"]
        spread = between * orders + within
        trust = np.divide(between * orders, spread, out=np.zeros(orders.shape), where=spread > 0)
        expected: Floats = trust * mean + (1 - trust) * self.band_means_[_bands(orders)]
        return expected[()]

    def spread(self) -> tuple[float, float]:
        """p and q of the Gamma-Gamma whose variances are those of this model: 1 / p = within, 1 / (q - 2) = between.

        A variance of next to nothing is taken as a hundredth of a percent, for which p and q are large.
        """
        return 1 / max(self.params_["within"], _LEAST), 2 + 1 / max(self.params_["between"], _LEAST)


def _bands(orders: Floats) -> npt.NDArray[np.intp]:
    return np.maximum(np.searchsorted(BANDS, orders, side="right") - 1, 0)


def _band_means(values: RepeatValues, bands: npt.NDArray[np.intp]) -> Floats:
    """Mean value of an order per band, with every customer counting alike as in Gamma-Gamma."""
    customers = np.bincount(bands, values.weight, len(BANDS))
    spent = np.bincount(bands, values.weight * values.mean, len(BANDS))
    known = np.flatnonzero(customers)
    nearest = known[np.maximum(np.searchsorted(known, np.arange(len(BANDS)), side="right") - 1, 0)]
    means: Floats = spent[nearest] / customers[nearest]
    return means


def _variances(values: RepeatValues, squares: Floats) -> tuple[float, float]:
    """The line between + within / x through the squared distances from the bands' means, nowhere below zero."""
    from scipy.optimize import nnls

    root = np.sqrt(values.weight)
    (between, within), _ = nnls(np.column_stack([root, root / values.x]), root * squares)
    return float(between), float(within)
