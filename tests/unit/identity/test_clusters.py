"""Connected components, alone and with pairs that must stay apart."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.identity.clusters import components

edges_of = st.lists(st.tuples(st.integers(1, 12), st.integers(100, 108)), min_size=1, max_size=30)
pairs_of = st.lists(st.tuples(st.integers(1, 14), st.integers(1, 14)).filter(lambda p: p[0] != p[1]), max_size=5)


def found(edges, apart=()):
    keys, values = (np.array(column, dtype=np.int64) for column in zip(*edges, strict=True))
    nodes, roots = components(keys, values, np.array(list(apart), dtype=np.int64).reshape(-1, 2))
    return dict(zip(nodes.tolist(), roots.tolist(), strict=True))


def walked(edges):
    """The components by walking from each key; the oracle."""
    keys_of_value, values_of_key = defaultdict(set), defaultdict(set)
    for key, value in edges:
        keys_of_value[value].add(key)
        values_of_key[key].add(value)
    root = {}
    for start in sorted(values_of_key):
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key not in root:
                root[key] = start
                waiting += [other for value in values_of_key[key] for other in keys_of_value[value]]
    return root


@given(edges_of)
def test_keys_are_together_exactly_when_a_walk_over_shared_values_joins_them(edges):
    assert found(edges) == walked(edges)


@given(edges_of, st.randoms(use_true_random=False))
def test_the_order_of_edges_does_not_matter(edges, random):
    shuffled = list(edges)
    random.shuffle(shuffled)
    assert found(shuffled) == found(edges)


@given(edges_of, pairs_of)
def test_pairs_stay_apart_and_only_their_components_change(edges, pairs):
    free, kept = walked(edges), found(edges, pairs)
    for left, right in pairs:
        if left in kept and right in kept:
            assert kept[left] != kept[right]
    torn = {free[left] for left, right in pairs if free.get(left) == free.get(right) and left in free}
    for key, root in free.items():
        if root not in torn:
            assert kept[key] == root
        else:
            assert free[kept[key]] == root
            assert kept[key] == min(other for other, place in kept.items() if place == kept[key])


def test_a_stronger_value_is_joined_before_a_weaker_one():
    """1 and 2 share value 10, 2 and 3 share value 20: whichever comes first keeps 2."""
    assert found([(1, 10), (2, 10), (2, 20), (3, 20)], [(1, 3)]) == {1: 1, 2: 1, 3: 3}
    assert found([(2, 10), (3, 10), (1, 20), (2, 20)], [(1, 3)]) == {1: 1, 2: 2, 3: 2}


@pytest.mark.parametrize("size", [200_000])
def test_a_long_chain_is_one_component(size):
    keys = np.repeat(np.arange(size, dtype=np.int64), 2)[1:-1]
    values = np.repeat(np.arange(size - 1, dtype=np.int64), 2)
    _, roots = components(keys, values, np.empty((0, 2), dtype=np.int64))
    assert len(roots) == size
    assert not roots.any()
