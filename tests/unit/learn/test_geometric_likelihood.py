from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaln, gammaln

from regulars.learn.geometric_likelihood import GeometricLikelihood, log_odds_gone
from regulars.learn.maximum_likelihood import hessian_by_differences
from regulars.learn.repeat_buying import Distinct, collapse

PARAMETERS = np.array([0.6, 5.0, 0.8, 2.5])
X = np.array([0, 0, 1, 3, 3, 1000, 26])
T_X = np.array([0, 0, 4.0, 20.0, 1.0, 30.0, 30.857])
T = np.array([10, 38.86, 38.86, 21.0, 400.0, 31.0, 31])
WEIGHT = np.array([4.0, 2, 1, 3, 1, 1, 0.5])


@pytest.mark.parametrize("first_chance", [0, 1], ids=["BG/NBD", "MBG/NBD"])
def test_the_likelihood_is_the_formula_of_the_papers_row_by_row(first_chance: int) -> None:
    likelihood = GeometricLikelihood(collapse(X, T_X, T, WEIGHT), first_chance)
    assert likelihood.value_and_gradient(PARAMETERS)[0] == pytest.approx(_by_formula(first_chance), rel=1e-13)


@pytest.mark.parametrize("first_chance", [0, 1], ids=["BG/NBD", "MBG/NBD"])
def test_gradient_and_hessian_are_those_of_the_likelihood(first_chance: int) -> None:
    likelihood = GeometricLikelihood(collapse(X, T_X, T, WEIGHT), first_chance)
    gradient = likelihood.value_and_gradient(PARAMETERS)[1]
    for place, parameter in enumerate(PARAMETERS):
        step = np.eye(4)[place] * 1e-5 * parameter
        above, below = (likelihood.value_and_gradient(PARAMETERS + sign * step)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((above - below) / (2 * step[place]), rel=1e-6, abs=1e-5)
    differences = hessian_by_differences(likelihood, PARAMETERS)
    assert likelihood.hessian(PARAMETERS) == pytest.approx(differences, rel=1e-5, abs=1e-6)


def test_rows_beyond_one_part_of_the_work_are_all_counted() -> None:
    many = [np.tile(column, 3000) for column in (X, T_X)]
    T_of_their_own = np.tile(T, 3000) + np.arange(len(X) * 3000) / 1e4
    likelihood = GeometricLikelihood(collapse(*many, T_of_their_own, None), 1)
    expected = _by_formula(1, *many, T_of_their_own, np.ones(len(X) * 3000))
    assert likelihood.value_and_gradient(PARAMETERS)[0] == pytest.approx(expected, rel=1e-12)


def test_in_bgnbd_nobody_is_gone_without_a_repeat_order_and_long_silence_does_not_overflow() -> None:
    columns = [Distinct.of(np.array(column, dtype=float)) for column in ([0, 1000], [0, 1], [900, 1e6])]
    odds = log_odds_gone(PARAMETERS, *columns, first_chance=0)
    assert odds[0] == -np.inf
    assert 1e4 < odds[1] < np.inf


def _by_formula(first_chance, x=X, t_x=T_X, T=T, weight=WEIGHT) -> float:
    r, alpha, a, b = PARAMETERS
    stays = x + first_chance
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    alive = betaln(a, b + stays) - (r + x) * np.log(alpha + T)
    with np.errstate(invalid="ignore"):
        gone = np.where(stays > 0, betaln(a + 1, b + np.maximum(stays - 1, 0)), -np.inf) - (r + x) * np.log(alpha + t_x)
    return float(weight @ (common + np.logaddexp(alive, gone)))
