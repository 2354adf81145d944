from __future__ import annotations

import numpy as np
import pytest

from regulars.learn.maximum_likelihood import hessian_by_differences, maximise

NAMES = ("rate", "shape")


class GammaLikelihood:
    """A gamma distribution's, of which the maximum is known to solve two simple equations."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def value_and_gradient(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        from scipy.special import gammaln, psi

        rate, shape = parameters
        size, logs = len(self.values), np.log(self.values).sum()
        value = size * (shape * np.log(rate) - gammaln(shape)) + (shape - 1) * logs - rate * self.values.sum()
        return float(value), np.array(
            [size * shape / rate - self.values.sum(), size * (np.log(rate) - psi(shape)) + logs]
        )

    def hessian(self, parameters: np.ndarray) -> np.ndarray:
        return hessian_by_differences(self, parameters)


class Slope:
    """Grows for ever with the second parameter, and has a peak in the first."""

    def value_and_gradient(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        rate, shape = parameters
        return float(np.log(rate) - rate - 100 / shape), np.array([1 / rate - 1, 100 / shape**2])

    def hessian(self, parameters: np.ndarray) -> np.ndarray:
        rate, shape = parameters
        return np.diag([-1 / rate**2, -200 / shape**3])


class Ridge:
    """Knows of the product of its parameters only."""

    def value_and_gradient(self, parameters: np.ndarray) -> tuple[float, np.ndarray]:
        rate, shape = parameters
        product = rate * shape
        return float(np.log(product) - product), np.array([1 / rate - shape, 1 / shape - rate])

    def hessian(self, parameters: np.ndarray) -> np.ndarray:
        rate, shape = parameters
        return np.array([[-1 / rate**2, -1], [-1, -1 / shape**2]])


def test_the_maximum_is_found_from_far_away_with_its_standard_errors() -> None:
    from scipy.special import polygamma

    values = np.random.default_rng(1).gamma(3.0, 1 / 0.5, 5000)
    likelihood = GammaLikelihood(values)
    some = GammaLikelihood(values[:100])
    found = maximise(NAMES, likelihood, some, [(20.0, 0.1), (1.0, 1.0)])
    assert found.problem == ""
    rate, shape = found.parameters
    assert rate == pytest.approx(shape / values.mean(), rel=1e-6)
    information = 5000 * np.array([[shape / rate**2, -1 / rate], [-1 / rate, polygamma(1, shape)]])
    assert found.standard_errors == pytest.approx(np.sqrt(np.diag(np.linalg.inv(information))), rel=1e-4)
    assert found.log_likelihood == likelihood.value_and_gradient(found.parameters)[0]


def test_a_sample_that_misleads_does_not_decide() -> None:
    values = np.random.default_rng(1).gamma(3.0, 1 / 0.5, 5000)
    alike = GammaLikelihood(np.full(50, 7.0))
    misled = maximise(NAMES, GammaLikelihood(values), alike, [(1.0, 1.0)])
    right = maximise(NAMES, GammaLikelihood(values), GammaLikelihood(values), [(1.0, 1.0)])
    assert misled.problem == right.problem == ""
    assert misled.parameters == pytest.approx(right.parameters, rel=1e-5)


def test_a_likelihood_without_a_maximum_is_told_with_the_parameter_that_ran_away() -> None:
    found = maximise(NAMES, Slope(), Slope(), [(3.0, 1.0)])
    assert "grows without a maximum, shape to the end" in found.problem
    assert np.isnan(found.standard_errors).all()
    assert found.parameters[0] == pytest.approx(1, rel=1e-3)


def test_a_ridge_is_no_peak() -> None:
    found = maximise(NAMES, Ridge(), Ridge(), [(3.0, 1.0)])
    assert "no peak" in found.problem
    assert np.isnan(found.standard_errors).all()
