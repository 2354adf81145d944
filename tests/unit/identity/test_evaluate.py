"""The measures agree with counting pair by pair, with published worked examples, and with what must always hold."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.identity.evaluate import Score, best, evaluate, thresholds

LINKAGES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)
PAIRS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from([0.1, 0.5, 0.8, 0.95])), max_size=40)


def _split(linkage):
    return np.array([pair[0] for pair in linkage], dtype=np.int64), np.array([pair[1] for pair in linkage], np.int64)


def test_the_worked_example_of_menestrina() -> None:
    # R = {ab, cd} and S = {abc, d}: one of two pairs of R is one of the three of S, and no person is found whole.
    evaluation = evaluate(np.array([1, 1, 2, 2]), np.array(["abc", "abc", "abc", "d"]))
    assert evaluation.pairs == Score(correct=1, found=2, true=3)
    assert evaluation.people == Score(correct=0, found=2, true=2)
    assert evaluation.pairs.f1 == pytest.approx(2 / 5)


def test_the_worked_example_of_bagga_and_baldwin() -> None:
    # Their figure: twelve mentions of chains of five, two and five; the response joins the second and the third.
    truth = np.repeat([1, 2, 3], [5, 2, 5])
    joined_second = evaluate(np.repeat([1, 2], [5, 7]), truth)
    assert joined_second.b_cubed.precision == pytest.approx((5 + 2 * 2 / 7 + 5 * 5 / 7) / 12)
    assert joined_second.b_cubed.precision == pytest.approx(0.76, abs=0.005)
    joined_first = evaluate(np.repeat([1, 2, 1], [5, 2, 5]), truth)
    assert joined_first.b_cubed.precision == pytest.approx(0.58, abs=0.005)
    assert joined_first.b_cubed.recall == joined_second.b_cubed.recall == 1


@given(LINKAGES)
def test_pairs_and_people_are_those_of_counting_one_by_one(linkage) -> None:
    found, true = _split(linkage)
    evaluation = evaluate(found, true)
    pairs = [(found[i] == found[j], true[i] == true[j]) for i, j in combinations(range(len(linkage)), 2)]
    assert evaluation.pairs == Score(sum(f and t for f, t in pairs), sum(f for f, _ in pairs), sum(t for _, t in pairs))
    found_people = {frozenset(np.flatnonzero(found == person)) for person in found}
    true_people = {frozenset(np.flatnonzero(true == person)) for person in true}
    assert evaluation.people == Score(len(found_people & true_people), len(found_people), len(true_people))


@given(LINKAGES.filter(len))
def test_b_cubed_is_the_mean_over_the_records(linkage) -> None:
    found, true = _split(linkage)
    shares = [
        (
            np.sum((found == f) & (true == t)) / np.sum(found == f),
            np.sum((found == f) & (true == t)) / np.sum(true == t),
        )
        for f, t in linkage
    ]
    precision, recall = np.mean(shares, axis=0)
    b_cubed = evaluate(found, true).b_cubed
    assert (b_cubed.precision, b_cubed.recall) == (pytest.approx(precision), pytest.approx(recall))
    assert b_cubed.f1 == pytest.approx(2 * precision * recall / (precision + recall))


@given(LINKAGES)
def test_found_and_true_may_change_places_and_labels_names(linkage) -> None:
    found, true = _split(linkage)
    one, other = evaluate(found, true), evaluate(true.astype(str), -found)
    assert (one.pairs.precision, one.people.recall) == (other.pairs.recall, other.people.precision)
    assert one.pairs.f1 == other.pairs.f1


@given(st.lists(st.integers(0, 5)))
def test_the_truth_itself_is_perfect(true) -> None:
    evaluation = evaluate(np.array(true, np.int64), np.array(true, np.int64))
    assert {evaluation.pairs.f1, evaluation.people.f1, evaluation.b_cubed.f1} == {1.0}


def test_saying_nothing_is_never_wrong_but_finds_nothing() -> None:
    evaluation = evaluate(np.arange(4), np.array([1, 1, 2, 2]))
    assert (evaluation.pairs.precision, evaluation.pairs.recall, evaluation.pairs.f1) == (1.0, 0.0, 0.0)


def test_linkages_of_other_records_are_refused() -> None:
    with pytest.raises(ValueError, match="3 records were found but 2 have a true person"):
        evaluate(np.zeros(3), np.zeros(2))


def test_a_million_records_of_one_person_are_no_million_squared() -> None:
    everyone = np.zeros(1_000_000, dtype=np.int64)
    assert evaluate(everyone, everyone).pairs.correct == 1_000_000 * 999_999 // 2


@given(PAIRS, st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_each_threshold_counts_the_pairs_from_it_on(pairs, true) -> None:
    left, right, scores = (np.array([pair[i] for pair in pairs]) for i in range(3))
    found = thresholds(left.astype(np.int64), right.astype(np.int64), scores.astype(float), np.array(true))
    scored: dict[frozenset[int], float] = {}
    for one, other, score in pairs:
        if one != other:
            scored[frozenset((one, other))] = max(score, scored.get(frozenset((one, other)), 0))
    all_true = sum(true[i] == true[j] for i, j in combinations(range(8), 2))
    assert [threshold.probability for threshold in found] == sorted(set(scored.values()), reverse=True)
    for threshold in found:
        linked = [pair for pair, score in scored.items() if score >= threshold.probability]
        correct = sum(len({true[i] for i in pair}) == 1 for pair in linked)
        assert threshold.pairs == Score(correct, len(linked), all_true)


def test_of_equally_good_thresholds_the_higher_is_best() -> None:
    # 0.9 finds one of two true pairs; 0.5 finds both, and two false ones with them: F1 is 2/3 either way.
    found = thresholds(
        np.array([0, 2, 0, 0]), np.array([1, 3, 2, 3]), np.array([0.9, 0.5, 0.5, 0.5]), np.array([1, 1, 2, 2])
    )
    assert [threshold.pairs.f1 for threshold in found] == [pytest.approx(2 / 3)] * 2
    chosen = best(found)
    assert chosen is not None and chosen.probability == 0.9
    assert best([]) is None
