from __future__ import annotations

from dataclasses import replace

import numpy as np

from regulars.learn.cluster_choice import choose_split, take_split
from regulars.learn.cluster_search import Candidate, search


def _line(*sizes: int) -> np.ndarray:
    """Groups of points far apart on a line, of these sizes."""
    rng = np.random.default_rng(2)
    return np.concatenate([rng.normal(10 * place, 0.1, size) for place, size in enumerate(sizes)]).reshape(-1, 1)


def _choose(points: np.ndarray, ks: range, has_bought: np.ndarray | None = None) -> tuple[dict[int, Candidate], int]:
    has_bought = np.ones(len(points), dtype=bool) if has_bought is None else has_bought
    candidates, split = choose_split(search(points, ks, 7), points, np.arange(len(points)), has_bought)
    return {candidate.k: candidate for candidate in candidates}, len(split.placement.centres) if split else 0


def test_the_best_silhouette_is_chosen() -> None:
    candidates, k = _choose(_line(100, 90, 80), range(2, 6))
    assert k == 3
    assert [candidate.k for candidate in candidates.values() if candidate.is_chosen] == [3]


def test_the_smaller_of_equally_good_k_is_chosen() -> None:
    points = _line(100, 90, 80)
    candidates = [replace(candidate, silhouette=0.5) for candidate in search(points, range(2, 4), 7)]
    judged, _ = choose_split(candidates, points, np.arange(len(points)), np.ones(len(points), dtype=bool))
    assert judged[0].is_chosen


def test_a_useless_split_is_passed_over_however_good_its_silhouette() -> None:
    points = np.concatenate([_line(300, 290), [[900.0], [901.0]]])
    candidates, k = _choose(points, range(2, 3))
    assert (candidates[2].silhouette > 0.9, candidates[2].is_useful, k) == (True, False, 0)


def test_everyone_and_not_the_sample_decides_whether_a_split_is_of_use() -> None:
    points = _line(500, 495, 5)
    in_sample = np.r_[0:100, 500:600, 995:1000]
    candidates, split = choose_split(
        search(points[in_sample], [3], 7), points, in_sample, np.ones(len(points), dtype=bool)
    )
    assert split is None
    assert candidates[0].smallest_share == 0.005


def test_where_most_did_not_buy_in_the_window_those_who_did_decide() -> None:
    points = _line(900, 60, 40)
    has_bought = np.arange(1000) >= 880
    candidates, k = _choose(points, range(2, 4), has_bought)
    assert k == 3
    assert candidates[3].largest_share == 0.5


def test_the_k_that_was_asked_for_is_taken_of_use_or_not() -> None:
    points = _line(500, 2)
    candidates, split = take_split(search(points, [2], 7), points)
    assert (candidates[0].is_chosen, candidates[0].is_useful) == (True, False)
    assert sorted(np.bincount(split.labels)) == [2, 500]
