from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from tests.unit.learn.buyers import read_cdnow_values

from regulars.errors import InputError
from regulars.learn.credibility_value import CredibilityValue
from regulars.learn.gamma_gamma import GammaGamma
from regulars.learn.value_independence import check_independence, fit_value_model


def _dependent() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.integers(1, 30, 2000).astype(float)
    return x, (5 + 3 * x) * rng.gamma(4 * x) / (4 * x)


def test_cdnow_passes_with_the_correlation_that_the_papers_give(shared_data: Path) -> None:
    chosen = fit_value_model(*read_cdnow_values(shared_data))
    assert round(chosen.check.correlation, 2) == 0.11
    assert chosen.check.customers == 946
    assert chosen.check.holds
    assert isinstance(chosen.model, GammaGamma)
    assert chosen.why_not_gamma_gamma == ""


def test_where_frequent_customers_spend_more_the_model_is_another_and_the_reason_is_given() -> None:
    x, mean = _dependent()
    check = check_independence(x, mean)
    assert check.correlation == pytest.approx(np.corrcoef(x, mean)[0, 1])
    assert not check.holds
    chosen = fit_value_model(x, mean)
    assert isinstance(chosen.model, CredibilityValue)
    assert "correlation of the number of orders with their mean value is 0." in chosen.why_not_gamma_gamma
    assert "beyond 0.3" in chosen.why_not_gamma_gamma
    often, rarely = chosen.model.expected_value([20, 2], [40, 40])
    assert often > rarely


def test_so_it_is_where_they_spend_less() -> None:
    x, mean = _dependent()
    assert check_independence(x, 1000 / (5 + mean)).correlation < -0.3
    assert isinstance(fit_value_model(x, 1000 / (5 + mean)).model, CredibilityValue)


def test_the_threshold_is_the_callers() -> None:
    x, mean = _dependent()
    assert check_independence(x, mean, threshold=1).holds
    with pytest.raises(InputError, match="`threshold` is 30"):
        check_independence(x, mean, threshold=30)


def test_a_weight_is_that_many_rows() -> None:
    x, mean = _dependent()
    weight = np.random.default_rng(1).integers(0, 4, len(x))
    weighted, repeated = check_independence(x, mean, weight), check_independence(x.repeat(weight), mean.repeat(weight))
    assert weighted.correlation == pytest.approx(repeated.correlation)
    assert weighted.customers == repeated.customers


@pytest.mark.parametrize(("x", "mean_value"), [([1], [10.1]), ([2] * 10, [5.3] * 10), ([3] * 3, [0.1, 0.2, 0.3])])
def test_customers_who_are_alike_are_no_reason_against_it_but_a_fit_that_fails_is(x, mean_value) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chosen = fit_value_model(x, mean_value)
    assert chosen.check.correlation == 0
    assert chosen.check.holds
    assert isinstance(chosen.model, CredibilityValue)
    assert chosen.why_not_gamma_gamma.startswith("it did not converge: ")
