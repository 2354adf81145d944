"""Gamma-Gamma: what a customer's orders are worth on average, of which the mean so far is only a sample.

The value of an order is gamma distributed about the customer's own mean, and the means are inverse gamma distributed
(Fader and Hardie 2013, "The Gamma-Gamma Model of Monetary Value"; Fader, Hardie, Lee 2005, "RFM and CLV"):

    L = Gamma(p x + q) / (Gamma(p x) Gamma(q)) * v^q x^(p x) m^(p x - 1) / (v + x m)^(p x + q)      (2013, eq. 1a)

for a mean m of x orders. It takes for granted that how often a customer buys says nothing of how much they spend; see
`value_independence.py` for the check of that, and `credibility_value.py` for what is used where it does not hold.
"""

from __future__ import annotations

import warnings
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, polygamma, psi
from sklearn.base import BaseEstimator

from regulars.errors import NotConverged, NotFitted
from regulars.learn.maximum_likelihood import SAMPLE, maximise
from regulars.learn.repeat_buying import Distinct, Floats
from regulars.learn.repeat_value import RepeatValues, collapse_values, values_to_score

PARAMETERS = ("p", "q", "v")
STARTS = ((6.0, 4.0, 0.5), (2.0, 2.0, 1.0), (1.0, 1.5, 3.0), (20.0, 10.0, 0.5))


class GammaGamma(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """The model of the value of orders: p (how alike a customer's orders are), q and v (how alike customers are).

    The papers print gamma for v. Money is in any one currency; v is in its units.

    Attributes:
        params_: The parameters by name.
        standard_errors_: Theirs, from the observed information; NaN where the fit did not converge.
        log_likelihood_: Of the customers it was fitted to, at `params_`.
        converged_: Whether `params_` are known to be a maximum of the likelihood, and customers have a mean under them.
        problem_: Why not; empty when so.
        customers_: How many customers it was fitted to.
        left_out_: How many customers with orders were not, as their mean value was zero or negative.
        mean_value_: The mean value of an order over all customers under the model: p v / (q - 1); NaN where q is 1 or
            less.

    Example:
        model = GammaGamma().fit(x, mean_value)
        model.expected_value(x, mean_value)
    """

    def fit(self, x: npt.ArrayLike, mean_value: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> Self:
        """Finds the parameters that make these customers most likely.

        Args:
            x: Shape (n,): the orders that the mean is of; those with 0 say nothing and are not used. With the repeat
                orders of the papers, the first order of each customer stays out of the mean.
            mean_value: Shape (n,): mean value of those orders; anything where x is 0.
            weight: Shape (n,): how many customers a row stands for; 1 if not given.

        Returns:
            The model itself. If it did not converge, `converged_` is false and a `NotConverged` warning says why.

        Raises:
            InputError: The columns cannot be of customers, or no customer has orders worth something.
        """
        values, self.left_out_ = collapse_values(x, mean_value, weight)
        unit = float(values.weight @ values.mean / values.weight.sum())
        rescaled = RepeatValues(values.x, values.mean / unit, values.weight)
        everyone, sample = GammaGammaLikelihood(rescaled), rescaled.sample(SAMPLE)
        some = everyone if sample is rescaled else GammaGammaLikelihood(sample)
        maximum = maximise(PARAMETERS, everyone, some, STARTS)
        units = dict(zip(PARAMETERS, (1.0, 1.0, unit), strict=True))
        found = zip(PARAMETERS, maximum.parameters, maximum.standard_errors, strict=True)
        self.params_, self.standard_errors_ = {}, {}
        for name, parameter, error in found:
            self.params_[name] = float(parameter) * units[name]
            self.standard_errors_[name] = float(error) * units[name]
        self.customers_ = float(values.weight.sum())
        self.log_likelihood_ = maximum.log_likelihood - self.customers_ * float(np.log(unit))
        p, q, v = (self.params_[name] for name in PARAMETERS)
        self.mean_value_ = p * v / (q - 1) if q > 1 else float("nan")
        self.problem_ = maximum.problem
        if not self.problem_ and q <= 1:
            self.problem_ = f"q is {q:.3g}, and the mean over customers is infinite unless q is above 1"
        self.converged_ = not self.problem_
        if self.problem_:
            warnings.warn(
                f"GammaGamma did not converge on {self.customers_:g} customers: {self.problem_}. Fit it to more "
                "customers, or use CredibilityValue.",
                NotConverged,
                stacklevel=2,
            )
        return self

    def expected_value(self, x: npt.ArrayLike, mean_value: npt.ArrayLike) -> Floats:
        """The mean value of a customer's future orders: p (v + x m) / (p x + q - 1) (2013, eq. 5).

        Args:
            x: The orders that the mean is of; with 0 the answer is the mean over customers.
            mean_value: Their mean value; one below zero counts as zero, one where x is 0 not at all.
        """
        p, q, v = self._fitted()
        orders, mean = values_to_score(x, mean_value)
        share = p * orders + q - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            expected: Floats = np.where(share > 0, p * (v + orders * mean) / share, np.nan)
        return expected[()]

    def spread(self) -> tuple[float, float]:
        """p and q: how alike a customer's orders are, and how alike the customers."""
        p, q, _ = self._fitted()
        return p, q

    def _fitted(self) -> tuple[float, float, float]:
        if not hasattr(self, "params_"):
            raise NotFitted("This GammaGamma has no parameters yet. Call `fit` first.")
        return self.params_["p"], self.params_["q"], self.params_["v"]


class GammaGammaLikelihood:
    """The log-likelihood of p, q and v; values should be in units near their mean."""

    def __init__(self, values: RepeatValues) -> None:
        self.x = Distinct.of(values.x)
        self.weight, self.total = values.weight, values.x * values.mean
        self.weight_of_x = np.bincount(self.x.places, self.weight, len(self.x.values))
        self.log_mean = float(self.weight @ np.log(values.mean))
        self.log_total = float(self.weight @ (values.x * np.log(self.total)))

    def value_and_gradient(self, parameters: Floats) -> tuple[float, Floats]:
        """The log-likelihood of all customers, and its gradient."""
        p, q, v = parameters
        x, customers, reach = self.x.values, self.weight.sum(), np.log(v + self.total)
        per_x = gammaln(p * x + q) - gammaln(p * x) - gammaln(q)
        orders = self.weight * self.x.per_row()
        value = self.weight_of_x @ per_x + customers * q * np.log(v) + p * self.log_total - self.log_mean
        value -= (p * orders + q * self.weight) @ reach
        gradient = [
            self.weight_of_x @ (x * (psi(p * x + q) - psi(p * x))) + self.log_total - orders @ reach,
            self.weight_of_x @ (psi(p * x + q) - psi(q)) + customers * np.log(v) - self.weight @ reach,
            customers * q / v - (p * orders + q * self.weight) @ (1 / (v + self.total)),
        ]
        return float(value), np.array(gradient)

    def hessian(self, parameters: Floats) -> Floats:
        """The matrix of its second derivatives."""
        p, q, v = parameters
        x, left = self.x.values, 1 / (v + self.total)
        orders = self.weight * self.x.per_row()
        both = polygamma(1, p * x + q)
        by_p = self.weight_of_x @ (x**2 * (both - polygamma(1, p * x)))
        by_q = self.weight_of_x @ (both - polygamma(1, q))
        by_v = -self.weight.sum() * q / v**2 + (p * orders + q * self.weight) @ left**2
        p_q, p_v = self.weight_of_x @ (x * both), -orders @ left
        q_v = self.weight.sum() / v - self.weight @ left
        return np.array([[by_p, p_q, p_v], [p_q, by_q, q_v], [p_v, q_v, by_v]])
