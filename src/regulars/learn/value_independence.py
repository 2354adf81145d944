"""Does how often customers buy tell how much they spend? Gamma-Gamma takes for granted that it does not.

check = check_independence(x, mean_value)
model = fit_value_model(x, mean_value)      # Gamma-Gamma where it holds, else CredibilityValue
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.errors import InputError, NotConverged
from regulars.learn.credibility_value import CredibilityValue
from regulars.learn.gamma_gamma import GammaGamma
from regulars.learn.repeat_value import collapse_values

THRESHOLD = 0.3


@dataclass(frozen=True)
class IndependenceCheck:
    """What was found.

    Attributes:
        correlation: Pearson's, of the number of orders with their mean value, over customers with orders worth
            something; 0 where either is the same for all.
        threshold: The correlation, up or down, above which the two are not taken as independent.
        customers: How many customers it is of.
    """

    correlation: float
    threshold: float
    customers: float

    @property
    def holds(self) -> bool:
        """Whether Gamma-Gamma may be used."""
        return abs(self.correlation) <= self.threshold


@dataclass(frozen=True)
class ValueModel:
    """The model that was chosen, the check it was chosen by, and why it is not Gamma-Gamma; empty where it is."""

    model: GammaGamma | CredibilityValue
    check: IndependenceCheck
    why_not_gamma_gamma: str = ""


def check_independence(
    x: npt.ArrayLike, mean_value: npt.ArrayLike, weight: npt.ArrayLike | None = None, threshold: float = THRESHOLD
) -> IndependenceCheck:
    """The correlation of the number of orders with their mean value.

    As Fader, Hardie and Lee (2005, "RFM and CLV") check it; theirs is 0.11 on CDNOW, and small enough. Arguments as
    those of `GammaGamma.fit`.
    """
    if not 0 < threshold <= 1:
        raise InputError(f"`threshold` is {threshold:g}. Give a correlation between 0 and 1, such as {THRESHOLD}.")
    values, _ = collapse_values(x, mean_value, weight)
    customers = float(values.weight.sum())
    orders = values.x - values.weight @ values.x / customers
    mean = values.mean - values.weight @ values.mean / customers
    spread = float(np.sqrt((values.weight @ orders**2) * (values.weight @ mean**2)))
    # Rounding leaves a little spread where there is none.
    is_spread = spread > 1e-12 * customers * float(values.x.max() * values.mean.max())
    correlation = float(values.weight @ (orders * mean)) / spread if is_spread else 0.0
    return IndependenceCheck(correlation, threshold, customers)


def fit_value_model(
    x: npt.ArrayLike, mean_value: npt.ArrayLike, weight: npt.ArrayLike | None = None, threshold: float = THRESHOLD
) -> ValueModel:
    """Gamma-Gamma where orders and their value are independent and it converges, else the model that needs neither."""
    check = check_independence(x, mean_value, weight, threshold)
    if check.holds:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotConverged)
            model = GammaGamma().fit(x, mean_value, weight)
        if model.converged_:
            return ValueModel(model, check)
        reason = f"it did not converge: {model.problem_}"
    else:
        found = f"{check.correlation:.2f}, beyond {threshold:g}"
        reason = f"the correlation of the number of orders with their mean value is {found}"
    return ValueModel(CredibilityValue().fit(x, mean_value, weight), check, reason)
