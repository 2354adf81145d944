from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from regulars import catalog
from regulars.learn.cluster_axes import ClusterAxes
from regulars.learn.features import Feature

FIVE = tuple(map(Feature, "abcde"))
POINTS = np.random.default_rng(3).multivariate_normal(
    np.arange(5), np.diag([9.0, 4, 2, 1, 0.5]) + 0.3 * np.ones((5, 5)), 4000
)


def test_the_axes_are_the_principal_components() -> None:
    axes, expected = ClusterAxes.fit(POINTS, FIVE), PCA(3).fit(POINTS)
    assert np.abs(axes.loadings) == pytest.approx(np.abs(expected.components_), abs=1e-9)
    assert axes.explained == pytest.approx(expected.explained_variance_ratio_)
    assert np.abs(axes.project(POINTS)) == pytest.approx(np.abs(expected.transform(POINTS)), abs=1e-9)


def test_the_largest_loading_of_a_first_run_is_positive() -> None:
    axes = ClusterAxes.fit(POINTS * [-1, 1, -1, 1, -1], FIVE)
    assert all(axis[np.abs(axis).argmax()] > 0 for axis in axes.loadings)


@given(st.lists(st.sampled_from([1, -1]), min_size=3, max_size=3))
def test_an_axis_points_where_it_pointed_in_the_last_run(turned: list[int]) -> None:
    first = ClusterAxes.fit(POINTS, FIVE)
    before = ClusterAxes(first.middle, first.loadings * np.array(turned)[:, None], first.explained)
    again = ClusterAxes.fit(POINTS[:3000], FIVE, before.table(FIVE))
    assert np.sum(again.loadings * before.loadings, axis=1) == pytest.approx([1, 1, 1], abs=0.02)


def test_features_that_came_or_went_do_not_disturb_the_others() -> None:
    before = ClusterAxes.fit(-POINTS, FIVE).table(FIVE)
    axes = ClusterAxes.fit(POINTS[:, 1:], FIVE[1:], before)
    kept = {(row["axis"], row["feature"]): row["loading"] for row in before.to_pylist()}
    for place, axis in enumerate("xyz"):
        old = [kept[axis, feature.column] for feature in FIVE[1:]]
        assert axes.loadings[place] @ old >= 0


@pytest.mark.parametrize("features", [1, 2])
def test_fewer_features_than_axes_leave_the_others_at_zero(features: int) -> None:
    axes = ClusterAxes.fit(POINTS[:, :features], FIVE[:features])
    assert not axes.project(POINTS[:, :features])[:, features:].any()
    assert axes.explained.sum() == pytest.approx(1)


def test_customers_who_are_all_alike_lie_in_the_middle() -> None:
    axes = ClusterAxes.fit(np.ones((9, 3)), FIVE[:3])
    assert not axes.project(np.ones((9, 3))).any()
    assert not axes.explained.any()


def test_the_table_has_the_columns_of_the_contract_and_a_row_per_axis_and_feature() -> None:
    table = ClusterAxes.fit(POINTS, FIVE).table(FIVE)
    assert tuple(table.column_names) == catalog.CLUSTER_AXES.column_names
    assert table.num_rows == 15
    assert isinstance(table, pa.Table)
