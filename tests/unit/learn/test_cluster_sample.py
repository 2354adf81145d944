from __future__ import annotations

import numpy as np

from regulars.learn.cluster_sample import seeded_rows, with_rare_kinds

IDS = np.arange(100000001, 100050001)


def test_the_same_customers_are_sampled_whatever_the_order_of_the_rows() -> None:
    shuffled = np.random.default_rng(1).permutation(IDS)
    assert np.array_equal(IDS[seeded_rows(IDS, 1000, 7)], shuffled[seeded_rows(shuffled, 1000, 7)])


def test_a_smaller_sample_is_the_start_of_a_larger_one() -> None:
    assert np.array_equal(seeded_rows(IDS, 5000, 7)[:1000], seeded_rows(IDS, 1000, 7))


def test_another_seed_samples_others() -> None:
    shared = np.intersect1d(seeded_rows(IDS, 1000, 7), seeded_rows(IDS, 1000, 8))
    assert len(shared) < 60


def test_the_sample_is_spread_over_the_ids_like_chance() -> None:
    counts = np.histogram(seeded_rows(IDS, 5000, 7), bins=10, range=(0, len(IDS)))[0]
    assert abs(counts - 500).max() < 90


def test_a_small_base_is_sampled_whole() -> None:
    assert sorted(seeded_rows(IDS[:30], 1000, 7)) == list(range(30))


def test_rare_kinds_of_customers_are_added_when_the_sample_has_too_few() -> None:
    points = np.zeros((1000, 2))
    points[[900, 950]] = [[1, 1], [2, 2]]
    sample, different = with_rare_kinds(points, np.arange(50), needed=3)
    assert different == 3
    assert len(np.unique(sample, axis=0)) == 3
    assert len(with_rare_kinds(points, np.arange(50), needed=1)[0]) == 50
