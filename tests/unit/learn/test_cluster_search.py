from __future__ import annotations

import numpy as np

from regulars import catalog
from regulars.learn.cluster_search import elbow, search, search_table


def _sample() -> np.ndarray:
    rng = np.random.default_rng(9)
    points = np.vstack([rng.normal(centre, 0.4, (300, 2)) for centre in ((0, 0), (6, 0), (0, 6), (6, 6))])
    return rng.permutation(points)


def test_the_right_k_has_the_best_of_every_index() -> None:
    candidates = {candidate.k: candidate for candidate in search(_sample(), range(2, 8), 7)}
    assert max(candidates, key=lambda k: candidates[k].silhouette) == 4
    assert min(candidates, key=lambda k: candidates[k].davies_bouldin) == 4
    assert max(candidates, key=lambda k: candidates[k].calinski_harabasz) == 4


def test_a_split_with_a_cluster_above_80_or_below_1_percent_is_of_no_use() -> None:
    candidate = search(_sample(), [2], 7)[0]
    judged = {sizes: candidate.judged(np.repeat([0, 1], sizes)) for sizes in ((80, 20), (81, 19), (1, 99), (100, 0))}
    assert [verdict.is_useful for verdict in judged.values()] == [True, False, False, False]
    assert (judged[80, 20].largest_share, judged[80, 20].smallest_share) == (0.8, 0.2)
    assert judged[100, 0].smallest_share == 0


def test_a_cluster_of_exactly_1_percent_is_of_use_among_enough_others() -> None:
    candidate = search(_sample(), [3], 7)[0]
    assert candidate.judged(np.repeat([0, 1, 2], (50, 49, 1))).is_useful


def test_the_record_has_the_columns_of_the_contract_and_nulls_where_nothing_is_defined() -> None:
    candidate = search(np.array([[0.0], [1.0], [2.0]]), [3], 7)[0]
    table = search_table([candidate])
    assert tuple(table.column_names) == catalog.CLUSTER_SEARCH.column_names
    assert table["silhouette"].to_pylist() == [None]
    assert table["inertia"].to_pylist() == [0.0]


def test_the_elbow_is_where_the_curve_bends_most() -> None:
    assert elbow([100, 40, 10, 9, 8, 7]) == 2
    assert elbow([100, 80, 60, 40, 20]) is None
    assert elbow([100, 50]) is None
    assert elbow([5, 5, 5]) is None
    candidates = search(_sample(), range(2, 10), 7)
    assert [candidate.k for candidate in candidates if candidate.is_elbow] == [4]


def test_every_algorithm_is_tried_and_measured_alike() -> None:
    names = ("kmeans", "gaussian_mixture", "agglomerative", "spectral", "dbscan", "hdbscan")
    candidates = search(_sample(), range(2, 6), 7, algorithms=names, bootstraps=2)
    by_name = {name: [each for each in candidates if each.algorithm == name] for name in names}
    for name in names[:4]:
        assert [candidate.k for candidate in by_name[name]] == [2, 3, 4, 5]
        assert max(by_name[name], key=lambda candidate: candidate.silhouette).k == 4
        assert next(candidate for candidate in by_name[name] if candidate.k == 4).stability > 0.98
    for name in names[4:]:
        assert any(candidate.k == 4 and candidate.stability > 0.9 for candidate in by_name[name])
        assert not any(candidate.is_elbow for candidate in by_name[name])


def test_a_split_that_leaves_more_than_a_fifth_in_no_cluster_is_of_no_use() -> None:
    candidate = search(_sample(), [2], 7)[0]
    verdicts = [candidate.judged(np.repeat([0, 1, -1], sizes)) for sizes in ((50, 30, 20), (49, 30, 21))]
    assert [verdict.is_useful for verdict in verdicts] == [True, False]
    assert [verdict.unclustered_share for verdict in verdicts] == [0.20, 0.21]
