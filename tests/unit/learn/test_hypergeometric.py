"""Against forty digits of mpmath, against scipy where its function can be used, and derivatives against differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import hyp2f1

from regulars.learn.hypergeometric import log_integral, log_integral_with_derivatives

# A, B, p, q and log I, by mpmath with 40 digits:
# -c log(max) - log(c) + log(hyp2f1(c, power of the smaller, c + 1, abs(A - B) / max)).
BY_MPMATH = [
    (4.5, 6.0, 0.55, 1.6, -2.1185316188289187),
    (6.0, 4.5, 0.55, 1.6, -1.9569516121471061),
    (0.0001, 1.0, 0.01, 1.01, 3.9123494164146686),
    (1.0, 0.0001, 0.01, 1.01, 4.0881838975895447),
    (10000.0, 1.0, 1000.5, 1.6, -9214.8611536541009),
    (1.0, 10000.0, 1000.5, 1.6, -21.643799909342679),
    (1.0, 10000.0, 7.5, 9.0, -84.765029138082601),
    (0.9, 1.0, 0.01, 1.01, 3.9120431368301077),
    (3.0, 3.0, 2.5, 0.6, -3.0490231509324077),
    (0.0001, 1.0, 1000.01, 1.01, 9194.3153701181165),
    (0.002, 1.0, 61.0, 0.05, 368.78213964825408),
]


def test_the_integral_is_that_of_mpmath_over_all_that_a_fit_may_try() -> None:
    A, B, p, q, expected = np.array(BY_MPMATH).T
    assert log_integral(A, B, p, q) == pytest.approx(expected, rel=2e-15, abs=5e-12)


def test_the_integral_is_scipys_hypergeometric_function_where_that_neither_overflows_nor_loses_digits() -> None:
    x, ratio, s = (
        grid.ravel() for grid in np.meshgrid(np.arange(0.0, 40.0), np.linspace(0.2, 0.99, 20), [0.3, 0.6, 2])
    )
    A, B, p, q = np.full(len(x), 5.0), 5 * ratio, 0.55 + x, s + 1
    c = p + q - 1
    expected = -c * np.log(A) - np.log(c) + np.log(hyp2f1(c, q, c + 1, (A - B) / A))
    assert log_integral(A, B, p, q) == pytest.approx(expected, rel=1e-12, abs=1e-11)


positive = st.floats(1e-3, 1e3)


@given(A=positive, B=positive, p=st.floats(0.05, 500), q=st.floats(1.01, 30))
def test_the_derivatives_are_those_of_the_integral(A: float, B: float, p: float, q: float) -> None:
    at = [np.array([value]) for value in (A, B, p, q)]
    found = log_integral_with_derivatives(*at)
    assert found.value == log_integral(*at)
    for place, by in enumerate((found.by_A, found.by_B, found.by_p, found.by_q)):
        step = 1e-4 * at[place]
        above, below = ([*at[:place], at[place] + sign * step, *at[place + 1 :]] for sign in (1, -1))
        difference = (log_integral(*above) - log_integral(*below)) / (2 * step)
        assert by == pytest.approx(difference, rel=1e-5, abs=1e-7 * (1 + abs(found.value[0]) / step[0] * 1e-6))


@given(A=positive, B=positive, p=st.floats(0.05, 500), q=st.floats(1.01, 30))
def test_the_two_factors_may_change_places(A: float, B: float, p: float, q: float) -> None:
    at = [np.array([value]) for value in (A, B, p, q)]
    assert log_integral(*at) == pytest.approx(log_integral(at[1], at[0], at[3], at[2]), rel=1e-13, abs=1e-12)


def test_a_row_does_not_depend_on_its_neighbours_beyond_the_last_digits() -> None:
    A, B, p, q, _ = np.array(BY_MPMATH * 400).T
    together = log_integral(A, B, p, q)
    alone = np.concatenate([log_integral(A[[i]], B[[i]], p[[i]], q[[i]]) for i in range(len(BY_MPMATH))])
    assert together == pytest.approx(np.tile(alone, 400), rel=1e-14, abs=1e-11)
