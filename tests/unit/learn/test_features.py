from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.learn.features import RFM_FEATURES, Feature, FeatureScaling, feature_values

AMOUNT = (Feature("monetary"),)
AGE = (Feature("age", is_logged=False),)


def _column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float).reshape(-1, 1)


def test_the_median_is_zero_and_better_than_it_is_above() -> None:
    values = _column(*range(1, 102))
    points = FeatureScaling.fit(values, AGE).transform(values)
    assert points[50, 0] == 0
    assert points[99, 0] > 0 > points[1, 0]


def test_a_normal_feature_gets_a_spread_of_about_one() -> None:
    values = np.random.default_rng(1).normal(50, 7, (20_000, 1))
    assert FeatureScaling.fit(values, AGE).scale[0] == pytest.approx(7, rel=0.03)


def test_money_below_zero_counts_as_none() -> None:
    values = _column(-500, -1, 0, 10, 100)
    points = FeatureScaling.fit(values, AMOUNT, limits=(0, 1)).transform(values)
    assert points[0, 0] == points[1, 0] == points[2, 0] < points[3, 0] < points[4, 0]


def test_outliers_count_as_the_first_or_last_percentile() -> None:
    values = _column(*range(1000), 10**9)
    scaling = FeatureScaling.fit(values, AGE)
    points = scaling.transform(values)
    assert points[-1, 0] == points[995, 0] == pytest.approx((scaling.upper[0] - scaling.centre[0]) / scaling.scale[0])
    assert scaling.transform(values, winsorise=False)[-1, 0] > 10**5


def test_a_missing_value_takes_the_median() -> None:
    values = _column(1, 2, float("nan"), 4, 50)
    assert FeatureScaling.fit(values, AGE).transform(values)[2, 0] == 0


def test_a_feature_that_most_customers_share_is_still_scaled_by_what_the_others_do() -> None:
    values = _column(*[1] * 90, *[2] * 10)
    scaling = FeatureScaling.fit(values, AMOUNT)
    assert 0 < scaling.scale[0] < 1


@pytest.mark.parametrize("values", [_column(5, 5, 5), _column(*[float("nan")] * 3), np.empty((0, 1))])
def test_a_feature_that_says_nothing_puts_everyone_at_zero(values: np.ndarray) -> None:
    points = FeatureScaling.fit(values, AGE).transform(values)
    assert points.shape == values.shape
    assert not points.any()


def test_decimals_and_nulls_of_arrow_are_read_as_they_are() -> None:
    customers = pa.table({"monetary": pa.array([None, 250], pa.decimal128(18, 2)), "age": pa.array([30, None])})
    values = feature_values(customers, (*AMOUNT, *AGE))
    assert np.isnan(values[0, 0])
    assert values[1, 0] == 250
    assert np.isnan(values[1, 1])


def test_some_of_the_features_can_be_taken_in_another_order() -> None:
    values = np.random.default_rng(2).gamma(1, 50, (500, 3))
    scaling = FeatureScaling.fit(values, RFM_FEATURES)
    part = scaling.only(["monetary", "recency"])
    assert np.array_equal(part.transform(values[:, [2, 0]]), scaling.transform(values)[:, [2, 0]])


def test_a_scaling_survives_being_written_out() -> None:
    values = np.random.default_rng(2).gamma(1, 50, (500, 3))
    scaling = FeatureScaling.fit(values, RFM_FEATURES)
    again = FeatureScaling.from_content(scaling.content())
    assert again.features == scaling.features
    assert np.array_equal(again.transform(values), scaling.transform(values))


@given(st.lists(st.floats(-1e9, 1e12) | st.just(float("nan")), max_size=60))
def test_whatever_comes_in_finite_points_in_the_same_order_come_out(amounts: list[float]) -> None:
    values = _column(*amounts)
    points = FeatureScaling.fit(values, AMOUNT).transform(values)[:, 0]
    assert np.isfinite(points).all()
    known = ~np.isnan(values[:, 0])
    assert (np.diff(points[known][np.argsort(values[known, 0])]) >= 0).all()


def test_each_scaler_has_its_own_zero_and_one() -> None:
    values = np.random.default_rng(4).gamma(2, 50, (5000, 1))
    within = np.clip(values, *np.percentile(values, [1, 99]))
    standard, minmax, none = (FeatureScaling.fit(values, AGE, scaler=s) for s in ("standard", "minmax", "none"))
    assert standard.transform(values).mean() == pytest.approx(0, abs=1e-9)
    assert standard.transform(values).std() == pytest.approx(1)
    assert (minmax.transform(values).min(), minmax.transform(values).max()) == (0, 1)
    assert np.array_equal(none.transform(values), within)


@pytest.mark.parametrize("scaler", ["robust", "standard", "minmax", "none"])
def test_by_every_scaler_a_missing_value_stands_where_the_median_does(scaler: str) -> None:
    values = _column(*range(1, 102), float("nan"))
    points = FeatureScaling.fit(values, AMOUNT, scaler=scaler).transform(values)
    assert points[-1, 0] == pytest.approx(points[50, 0])


@pytest.mark.parametrize("scaler", ["robust", "standard", "minmax", "none"])
def test_values_that_are_all_alike_are_finite_by_every_scaler(scaler: str) -> None:
    values = np.full((50, 1), 0.1)
    assert np.isfinite(FeatureScaling.fit(values, AGE, scaler=scaler).transform(values)).all()
    assert len(np.unique(FeatureScaling.fit(values, AGE, scaler=scaler).transform(values))) == 1
