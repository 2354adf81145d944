"""Matches join groups into people, and no chain of them joins people who have nothing else in common."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.identity.chains import ONE_LINK_IN, Links, joined

numbers = st.integers(1, 12)
pair = st.tuples(numbers, numbers).filter(lambda p: p[0] != p[1])
links_of = st.dictionaries(pair.map(lambda p: (min(p), max(p))), st.sampled_from([5.0, 7.5, 9.0, 12.0]), max_size=25)
groups_of = st.lists(st.tuples(numbers, numbers), max_size=4)
apart_of = st.lists(pair, max_size=4)


def grouped(pairs):
    """The groups that pairs of equal keys make: each key of a pair with the smallest of its group."""
    group = {key: {key} for both in pairs for key in both}
    for left, right in pairs:
        merged = group[left] | group[right]
        for key in merged:
            group[key] = merged
    return {key: min(members) for key, members in group.items()}


def found(links, groups=(), apart=(), max_size=50):
    group_of = grouped(groups)
    keys = np.array(sorted(group_of), dtype=np.int64)
    nodes, persons = joined(
        keys,
        np.array([group_of[key] for key in sorted(group_of)], dtype=np.int64),
        Links(
            np.array([left for left, _ in links], dtype=np.int64),
            np.array([right for _, right in links], dtype=np.int64),
            np.array(list(links.values()), dtype=np.float64),
        ),
        np.array(list(apart), dtype=np.int64).reshape(-1, 2),
        max_size,
    )
    return dict(zip(nodes.tolist(), persons.tolist(), strict=True))


def people(persons):
    return {frozenset(key for key in persons if persons[key] == person) for person in persons.values()}


def row(*keys):
    return dict.fromkeys(pairwise(keys), 8.0)


def all_of(*keys, strength=8.0):
    return dict.fromkeys(combinations(keys, 2), strength)


def test_a_link_makes_two_keys_one_person_known_by_the_smaller():
    assert found({(2, 5): 6.0}) == {2: 2, 5: 2}


def test_a_third_record_joins_a_person_of_two_or_three_by_one_link():
    assert people(found(row(1, 2, 3))) == {frozenset({1, 2, 3})}
    assert people(found(all_of(1, 2, 3) | {(3, 4): 6.0})) == {frozenset({1, 2, 3, 4})}


def test_two_records_join_three_by_one_link_and_four_by_two():
    assert people(found(all_of(1, 2) | all_of(3, 4, 5) | {(2, 3): 6.0})) == {frozenset(range(1, 6))}
    four = all_of(1, 2) | all_of(3, 4, 5, 6) | {(2, 3): 6.0}
    assert people(found(four)) == {frozenset({1, 2}), frozenset({3, 4, 5, 6})}
    assert people(found(four | {(1, 6): 6.0})) == {frozenset(range(1, 7))}


def test_a_weak_bridge_between_two_families_is_not_crossed():
    families = all_of(1, 2, 3) | all_of(11, 12, 13)
    assert people(found(families | {(3, 11): 6.0})) == {frozenset({1, 2, 3}), frozenset({11, 12, 13})}


def test_a_long_chain_is_cut_into_pieces_that_hold_together():
    """Without protection the hundred would be one person."""
    pieces = people(found(row(*range(1, 101))))
    assert max(map(len, pieces)) <= 7


def test_exact_groups_are_never_torn_and_count_as_one():
    """Ten keys of one e-mail are one group: one link to it is all the links that there can be."""
    groups = [(1, key) for key in range(2, 11)]
    assert people(found({(7, 20): 6.0}, groups)) == {frozenset([*range(1, 11), 20])}


def test_no_link_makes_a_person_larger_than_the_bound_and_a_group_that_is_stays():
    assert people(found(all_of(1, 2, 3, 4), max_size=3)) == {frozenset({1, 2, 3}), frozenset({4})}
    groups = [(1, key) for key in range(2, 6)]
    assert people(found({(1, 9): 6.0}, groups, max_size=3)) == {frozenset(range(1, 6)), frozenset({9})}


def test_keys_apart_stay_apart_and_the_stronger_link_wins():
    assert people(found({(1, 2): 9.0, (2, 3): 12.0}, apart=[(3, 1)])) == {frozenset({1}), frozenset({2, 3})}
    assert people(found({(1, 2): 9.0}, apart=[(2, 1)])) == {frozenset({1}), frozenset({2})}


@given(links_of, groups_of, apart_of, st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(links, groups, apart, random):
    apart = [p for p in apart if grouped(groups).get(p[0], p[0]) != grouped(groups).get(p[1], p[1])]
    shuffled = list(links.items())
    random.shuffle(shuffled)
    swapped = {(right, left) if random.random() < 0.5 else (left, right): s for (left, right), s in shuffled}
    assert found(links, groups, apart) == found(swapped, groups, apart)


@given(links_of, groups_of, apart_of, st.integers(2, 6))
def test_every_person_is_whole_groups_that_links_hold_together_within_the_bounds(links, groups, apart, max_size):
    group_of = grouped(groups)
    apart = [p for p in apart if group_of.get(p[0], p[0]) != group_of.get(p[1], p[1])]
    persons = found(links, groups, apart, max_size)
    for left, right in apart:
        if left in persons and right in persons:
            assert persons[left] != persons[right]
    for key, group in group_of.items():
        assert persons[key] == persons[group]
    for members in people(persons):
        assert persons[min(members)] == min(members)
        own = {group_of.get(key, key) for key in members}
        assert len(own) == 1 or len(members) <= max_size
        between = {
            frozenset((group_of.get(left, left), group_of.get(right, right)))
            for left, right in links
            if left in members and right in members
        }
        between = {both for both in between if len(both) == 2}
        # Joined by support, a cluster of n groups has at least one link to each group, so n - 1 in all.
        assert len(between) >= len(own) - 1


@given(links_of, groups_of)
def test_groups_all_linked_to_each_other_are_one_person(links, groups):
    group_of = grouped(groups)
    persons = found(links, groups)
    linked = {frozenset((group_of.get(a, a), group_of.get(b, b))) for a, b in links}
    for size in (2, 3):
        for together in combinations(sorted({group_of.get(key, key) for key in persons}), size):
            outside = any(len(both & set(together)) == 1 and len(both) == 2 for both in linked)
            if not outside and all(frozenset(both) in linked for both in combinations(together, 2)):
                assert len({persons[key] for key in together}) == 1


@pytest.mark.slow
def test_many_chains_are_cut_in_seconds():
    random = np.random.default_rng(7)
    count = 100_000
    left = random.integers(0, 300_000, count)
    right = np.minimum(left + random.integers(1, 4, count), 300_000)
    links = Links(left, right, random.random(count))
    keys, persons = joined(np.empty(0, np.int64), np.empty(0, np.int64), links, np.empty((0, 2), np.int64), 50)
    assert len(keys) == len(np.unique(np.concatenate([left, right])))
    sizes = np.bincount(np.searchsorted(keys, persons))
    assert 2 <= sizes.max() <= 50


def test_the_rule_is_the_one_that_is_written():
    assert ONE_LINK_IN == 6
