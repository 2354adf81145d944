"""Expectation maximisation finds the chances that made the pairs."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.identity.estimation import Sample, estimate_m

M = [np.array([0.8, 0.15, 0.05]), np.array([0.6, 0.4]), np.array([0.9, 0.1])]
U = [np.array([0.01, 0.04, 0.95]), np.array([0.02, 0.98]), np.array([0.1, 0.9])]


def _drawn(share: float, count: int, seed: int, silent: int | None = None) -> Sample:
    rng = np.random.default_rng(seed)
    is_match = rng.random(count) < share
    columns = []
    for number, (m, u) in enumerate(zip(M, U, strict=True)):
        level = np.where(is_match, rng.choice(len(m), count, p=m), rng.choice(len(u), count, p=u))
        level[rng.random(count) < 0.1] = -1
        columns.append(np.full(count, -1) if number == silent else level)
    patterns, counts = np.unique(np.column_stack(columns), axis=0, return_counts=True)
    return Sample(patterns.astype(np.int64), counts.astype(np.float64))


def test_the_chances_that_made_the_pairs_are_found() -> None:
    first = [np.full(len(m), 1 / len(m)) for m in M]
    samples = [_drawn(0.3, 200_000, 1), _drawn(0.6, 100_000, 2, silent=0)]
    found = estimate_m(samples, U, first, 10)
    assert found.converged
    for estimated, true in zip(found.m, M, strict=True):
        assert estimated == pytest.approx(true, abs=0.01)
        assert estimated.sum() == pytest.approx(1)
    assert found.matches == pytest.approx([60_000, 60_000], rel=0.02)


def test_what_no_sample_speaks_of_stays_where_it_started() -> None:
    first = [np.array([0.5, 0.3, 0.2]), M[1], M[2]]
    found = estimate_m([_drawn(0.5, 10_000, 3, silent=0)], U, first, 50)
    assert found.m[0] == pytest.approx(first[0])


def test_few_pairs_move_the_start_only_a_little() -> None:
    first = [np.array([0.5, 0.3, 0.2]), M[1], M[2]]
    few, many = (estimate_m([_drawn(0.5, count, 4)], U, first, 1000).m[0] for count in (40, 400_000))
    assert np.abs(few - first[0]).max() < 0.02
    assert np.abs(many - M[0]).max() < 0.01
