from __future__ import annotations

import numpy as np
import pytest

from regulars.errors import NotFitted
from regulars.learn.credibility_value import BANDS, CredibilityValue


def make_values(size: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers who spend the more the more often they buy: x, the mean of their orders, and their true mean."""
    rng = np.random.default_rng(seed)
    x = np.minimum(1 + rng.poisson(rng.gamma(0.7, 6, size)), 60).astype(float)
    band = np.maximum(np.searchsorted(BANDS, x, side="right") - 1, 0)
    typical = 40 + 15 * band
    own = typical * (1 + rng.normal(0, 0.1, size))
    return x, own + typical * rng.normal(0, 0.3, size) / np.sqrt(x), own


def test_the_variances_and_the_means_of_the_bands_are_found() -> None:
    x, mean, _ = make_values(60_000, 1)
    model = CredibilityValue().fit(x, mean)
    assert model.params_ == pytest.approx({"between": 0.01, "within": 0.09}, rel=0.1)
    assert model.band_means_ == pytest.approx(40 + 15 * np.arange(len(BANDS)), abs=2)


def test_a_customer_is_told_better_than_by_the_mean_so_far_or_the_mean_of_all() -> None:
    x, mean, own = make_values(20_000, 2)
    expected = CredibilityValue().fit(x, mean).expected_value(x, mean)
    error = np.sqrt(np.mean((expected - own) ** 2))
    assert error < 0.6 * np.sqrt(np.mean((mean - own) ** 2))
    assert error < 0.6 * np.std(own)


def test_the_more_orders_the_more_the_customers_own_mean_counts() -> None:
    x, mean, _ = make_values(20_000, 3)
    model = CredibilityValue().fit(x, mean)
    in_one_band = model.expected_value([3, 4], [200, 200])
    assert model.band_means_[2] < in_one_band[0] < in_one_band[1] < 200


def test_a_customer_without_orders_is_taken_as_one_of_the_lowest_band() -> None:
    x, mean, _ = make_values(5000, 4)
    model = CredibilityValue().fit(x, mean)
    assert model.expected_value(0, np.nan) == model.band_means_[0]


def test_a_band_without_customers_has_the_mean_of_the_nearest_below() -> None:
    model = CredibilityValue().fit([3, 4, 100, 200], [10, 20, 80, 100])
    assert model.band_means_.tolist() == [15, 15, 15, 15, 15, 15, 90]


def test_a_weight_is_that_many_rows() -> None:
    x, mean, _ = make_values(500, 5)
    weight = np.random.default_rng(1).integers(0, 4, 500)
    weighted, repeated = (
        CredibilityValue().fit(x, mean, weight),
        CredibilityValue().fit(x.repeat(weight), mean.repeat(weight)),
    )
    assert weighted.params_ == pytest.approx(repeated.params_)
    assert weighted.band_means_ == pytest.approx(repeated.band_means_)


@pytest.mark.parametrize(("x", "mean_value"), [([1], [10.0]), ([2] * 10, [5.0] * 10), ([1, 2, 0], [5, -5, np.nan])])
def test_values_that_tell_nothing_break_no_fit(x: list[int], mean_value: list[float]) -> None:
    model = CredibilityValue().fit(x, mean_value)
    assert np.isfinite(model.expected_value(x, mean_value)).all()
    assert model.left_out_ == sum(value <= 0 for value in mean_value)


def test_it_must_be_fitted_first() -> None:
    with pytest.raises(NotFitted, match="Call `fit` first"):
        CredibilityValue().expected_value(1, 1)
