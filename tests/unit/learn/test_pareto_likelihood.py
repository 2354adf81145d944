from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln

from regulars.learn.pareto_likelihood import ParetoLikelihood, log_odds_gone
from regulars.learn.repeat_buying import Distinct, collapse

X = np.array([0, 0, 1, 3, 3, 26, 200])
T_X = np.array([0, 0, 4.0, 20.0, 1.0, 30.857, 30.0])
T = np.array([10, 38.86, 38.86, 21.0, 400.0, 31, 31.0])
WEIGHT = np.array([4.0, 2, 1, 3, 1, 1, 0.5])
BOTH_WAYS = pytest.mark.parametrize(
    "parameters",
    [np.array([0.6, 5.0, 0.8, 12.0]), np.array([0.6, 12.0, 0.8, 5.0])],
    ids=["alpha < beta", "alpha > beta"],
)


@BOTH_WAYS
def test_the_likelihood_is_the_integral_over_the_time_of_leaving(parameters: np.ndarray) -> None:
    likelihood = ParetoLikelihood(collapse(X, T_X, T, WEIGHT))
    assert likelihood.value_and_gradient(parameters)[0] == pytest.approx(
        WEIGHT @ _by_quadrature(parameters)[0], rel=1e-9
    )


@BOTH_WAYS
def test_the_odds_of_having_left_are_those_of_the_same_integral(parameters: np.ndarray) -> None:
    odds = log_odds_gone(parameters, *(Distinct.of(column.astype(float)) for column in (X, T_X, T)))
    assert np.exp(odds) == pytest.approx(_by_quadrature(parameters)[1], rel=1e-8)


@BOTH_WAYS
def test_the_gradient_is_that_of_the_likelihood(parameters: np.ndarray) -> None:
    likelihood = ParetoLikelihood(collapse(X, T_X, T, WEIGHT))
    gradient = likelihood.value_and_gradient(parameters)[1]
    for place, parameter in enumerate(parameters):
        step = np.eye(4)[place] * 1e-5 * parameter
        above, below = (likelihood.value_and_gradient(parameters + sign * step)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((above - below) / (2 * step[place]), rel=1e-6, abs=1e-5)
    assert np.allclose(likelihood.hessian(parameters), likelihood.hessian(parameters).T)


def _by_quadrature(parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """log L and the odds of having left, by s times the integral over the time of leaving and scipy's quadrature."""
    r, alpha, s, beta = parameters
    values, odds = [], []
    for x, t_x, end in zip(X, T_X, T, strict=True):
        # Relative to the customer who stays, so that nothing is too small for floats.
        stays = -(r + x) * np.log(alpha + end) - s * np.log(beta + end)

        def leaves(u: float, x=x, stays=stays) -> float:
            return s * np.exp(-(r + x) * np.log(alpha + u) - (s + 1) * np.log(beta + u) - stays)

        gone = quad(leaves, t_x, end, epsrel=1e-12, epsabs=0, limit=500)[0]
        odds.append(gone)
        values.append(
            gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + stays + np.log1p(gone)
        )  # fmt: skip
    return np.array(values), np.array(odds)
