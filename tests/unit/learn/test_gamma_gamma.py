"""The published results on CDNOW, the model's own parameters found again, and values that tell nothing."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import gamma
from sklearn.base import clone
from tests.unit.learn.buyers import read_cdnow_values

from regulars.errors import InputError, NotConverged, NotFitted
from regulars.learn.gamma_gamma import GammaGamma, GammaGammaLikelihood
from regulars.learn.maximum_likelihood import hessian_by_differences
from regulars.learn.repeat_value import RepeatValues

FIRST_TEN = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
TRUTH = {"p": 6.0, "q": 3.0, "v": 20.0}


def make_values(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.poisson(rng.gamma(0.8, 4, size)).astype(float)
    steadiness = rng.gamma(TRUTH["q"], 1 / TRUTH["v"], size)
    total = rng.gamma(np.maximum(TRUTH["p"] * x, 1e-9)) / steadiness
    return x, np.where(x > 0, total / np.maximum(x, 1), 0)


def test_parameters_are_those_published_for_the_repeaters_of_cdnow(shared_data: Path) -> None:
    model = GammaGamma().fit(*read_cdnow_values(shared_data))
    assert model.customers_ == 946
    assert model.left_out_ == 0
    assert model.params_ == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, rel=1.5e-3)
    assert model.converged_
    # lifetimes 0.11.3 reports these standard errors.
    assert model.standard_errors_ == pytest.approx({"p": 1.18969, "q": 0.290166, "v": 4.15999}, rel=1e-4)
    # And the published ones are not more likely.
    x, mean = read_cdnow_values(shared_data)
    likelihood = GammaGammaLikelihood(RepeatValues(x[x > 0], mean[x > 0], np.ones(946)))
    assert model.log_likelihood_ >= likelihood.value_and_gradient(np.array([6.25, 3.74, 15.44]))[0]


def test_expected_values_of_the_first_ten_customers_are_those_published(shared_data: Path) -> None:
    x, mean = read_cdnow_values(shared_data)
    model = GammaGamma().fit(x, mean)
    # 24.65 is 24.66 at the maximum: the published ones come from parameters of three digits.
    assert model.expected_value(x, mean)[:10] == pytest.approx(FIRST_TEN, abs=0.0101)
    assert model.expected_value(0, 0) == pytest.approx(model.mean_value_)


def test_the_likelihood_is_the_mixture_over_the_customers_own_means() -> None:
    p, q, v, x, mean = 6.0, 3.0, 20.0, 4.0, 11.0
    steadiness = np.linspace(1e-6, 6, 400_001)
    density = gamma.pdf(mean, p * x, scale=1 / (x * steadiness)) * gamma.pdf(steadiness, q, scale=1 / v)
    likelihood = GammaGammaLikelihood(RepeatValues(np.array([x]), np.array([mean]), np.ones(1)))
    expected = np.log(np.trapezoid(density, steadiness))
    assert likelihood.value_and_gradient(np.array([p, q, v]))[0] == pytest.approx(expected, rel=1e-7)


def test_gradient_and_hessian_are_those_of_the_likelihood() -> None:
    x, mean = make_values(200, 1)
    rows = x > 0
    likelihood = GammaGammaLikelihood(RepeatValues(x[rows], mean[rows], np.arange(rows.sum()) % 3 + 1.0))
    parameters = np.array([4.0, 2.5, 12.0])
    gradient = likelihood.value_and_gradient(parameters)[1]
    for place, parameter in enumerate(parameters):
        step = np.eye(3)[place] * 1e-5 * parameter
        above, below = (likelihood.value_and_gradient(parameters + sign * step)[0] for sign in (1, -1))
        assert gradient[place] == pytest.approx((above - below) / (2 * step[place]), rel=1e-6, abs=1e-5)
    differences = hessian_by_differences(likelihood, parameters)
    assert likelihood.hessian(parameters) == pytest.approx(differences, rel=1e-5, abs=1e-6)


def test_the_parameters_of_made_customers_are_found_again_in_any_currency() -> None:
    x, mean = make_values(40_000, 2)
    model, in_cents = GammaGamma().fit(x, mean), GammaGamma().fit(x, mean * 100)
    for name, value in TRUTH.items():
        assert abs(model.params_[name] - value) < 3.5 * model.standard_errors_[name] < 0.3 * value
        assert in_cents.params_[name] == pytest.approx(model.params_[name] * (100 if name == "v" else 1), rel=1e-5)
    assert in_cents.log_likelihood_ == pytest.approx(model.log_likelihood_ - model.customers_ * np.log(100))


def test_a_weight_is_that_many_rows() -> None:
    x, mean = make_values(2000, 3)
    weight = np.random.default_rng(1).integers(0, 4, 2000)
    weighted, repeated = GammaGamma().fit(x, mean, weight), GammaGamma().fit(x.repeat(weight), mean.repeat(weight))
    assert weighted.params_ == pytest.approx(repeated.params_, rel=1e-6)
    assert weighted.customers_ == repeated.customers_


def test_customers_with_nothing_or_less_spent_are_left_out_counted_and_still_scored() -> None:
    x, mean = make_values(5000, 4)
    with_refunds = GammaGamma().fit(
        np.append(x, [3, 2, 0]), np.append(mean, [0, -10, np.nan]), np.append(np.ones(5000), [5, 2, 9])
    )
    assert with_refunds.left_out_ == 7
    assert with_refunds.params_ == pytest.approx(GammaGamma().fit(x, mean).params_, rel=1e-6)
    expected = with_refunds.expected_value([3, 3, 3, 0], [-10, 0, 5, np.nan])
    assert 0 < expected[0] == expected[1] < expected[2]
    assert expected[3] == pytest.approx(with_refunds.mean_value_)


@pytest.mark.parametrize(
    ("x", "mean_value"), [([1], [10.0]), ([2] * 10, [5.0] * 10), ([1, 2, 3], [1e-9, 1e9, 1.0]), ([1000] * 5, [7.0] * 5)]
)
def test_values_that_tell_nothing_break_no_fit_and_it_says_so(x: list[int], mean_value: list[float]) -> None:
    with pytest.warns(NotConverged, match="GammaGamma did not converge on .* use CredibilityValue"):
        model = GammaGamma().fit(x, mean_value)
    assert not model.converged_
    assert model.problem_
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (model.expected_value(x, mean_value) > 0).all()


def test_a_mean_over_customers_that_is_infinite_is_not_passed_off_as_a_fit() -> None:
    rng = np.random.default_rng(5)
    x = rng.integers(1, 9, 20_000).astype(float)
    mean = rng.gamma(6 * x) / x / rng.gamma(0.7, 1 / 20, 20_000)
    with pytest.warns(NotConverged, match="q is 0.7.*infinite unless q is above 1"):
        model = GammaGamma().fit(x, mean)
    assert not model.converged_
    assert np.isnan(model.mean_value_)
    assert np.isnan(model.expected_value(0, 0))
    assert model.expected_value(5, 30) > 0


@pytest.mark.parametrize(
    ("x", "mean_value", "said"),
    [
        ([1, -1], [5, 5], "`x` of row 1"),
        ([1, 1.5], [5, 5], "`x` of row 1"),
        ([1, 1], [5, np.nan], "`mean_value` of row 1"),
        ([1, 1], [5], "same length"),
        ([1, 1], ["five", "six"], "`mean_value` holds what is no number"),
        ([0, 1], [5, -5], "No customer has orders worth more than zero"),
        ([], [], "No customer has orders worth more than zero"),
    ],
)
def test_columns_that_cannot_be_of_customers_are_refused(x, mean_value, said: str) -> None:
    with pytest.raises(InputError, match=said):
        GammaGamma().fit(x, mean_value)


def test_it_keeps_the_conventions_of_scikit_learn() -> None:
    with pytest.raises(NotFitted, match="Call `fit` first"):
        GammaGamma().expected_value(1, 1)
    model = GammaGamma()
    assert model.fit(*make_values(500, 6)) is model
    assert not hasattr(clone(model), "params_")
    assert np.ndim(model.expected_value(1, 10)) == 0
