from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from regulars.learn.cluster_numbers import number_clusters
from regulars.learn.cluster_profiles import AVERAGES
from regulars.learn.features import RFM_FEATURES, FeatureScaling

GONE, STEADY, BEST = (300.0, 1.0, 30.0), (60.0, 4.0, 300.0), (10.0, 15.0, 4000.0)


@pytest.fixture(scope="module")
def scaling() -> FeatureScaling:
    return FeatureScaling.fit(np.random.default_rng(1).lognormal([4, 1, 5], 1, (1000, 3)), RFM_FEATURES)


def _profiles(**averages: tuple[float, float, float]) -> pa.Table:
    columns = dict(zip(AVERAGES, zip(*averages.values(), strict=True), strict=True))
    return pa.table({"cluster_id": [int(name[1:]) for name in averages], **columns})


def test_the_first_run_numbers_by_what_a_customer_is_worth(scaling: FeatureScaling) -> None:
    assert number_clusters(np.array([GONE, BEST, STEADY]), scaling, None).tolist() == [3, 1, 2]


def test_equal_worth_is_numbered_by_orders_and_then_by_recency(scaling: FeatureScaling) -> None:
    averages = np.array([(50.0, 2.0, 10.0), (20.0, 2.0, 10.0), (90.0, 5.0, 10.0)])
    assert number_clusters(averages, scaling, None).tolist() == [3, 2, 1]


def test_a_cluster_keeps_the_number_it_had(scaling: FeatureScaling) -> None:
    previous = _profiles(_1=GONE, _2=BEST, _3=STEADY)
    moved = np.array(
        [np.multiply(BEST, 1.2), np.multiply(STEADY, 0.8), np.multiply(GONE, 1.1)],
    )
    assert number_clusters(moved, scaling, previous).tolist() == [2, 3, 1]


def test_a_cluster_that_is_new_takes_the_free_number(scaling: FeatureScaling) -> None:
    previous = _profiles(_1=GONE, _2=STEADY)
    assert number_clusters(np.array([BEST, STEADY, GONE]), scaling, previous).tolist() == [3, 2, 1]


def test_fewer_clusters_than_before_are_still_numbered_from_1_to_k(scaling: FeatureScaling) -> None:
    previous = _profiles(_1=STEADY, _2=GONE, _3=BEST)
    assert number_clusters(np.array([GONE, BEST]), scaling, previous).tolist() == [2, 1]


def test_an_empty_last_run_is_no_last_run(scaling: FeatureScaling) -> None:
    previous = _profiles(_1=GONE).slice(0, 0)
    assert number_clusters(np.array([GONE, BEST]), scaling, previous).tolist() == [2, 1]


def test_those_in_no_cluster_pass_on_no_number(scaling: FeatureScaling) -> None:
    previous = _profiles(_1=GONE, _2=BEST, _3=STEADY)
    previous = previous.set_column(0, "cluster_id", pa.array([1, 2, -1]))
    assert number_clusters(np.array([STEADY, GONE, BEST]), scaling, previous).tolist() == [3, 1, 2]
