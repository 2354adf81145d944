"""Connected components: keys that share a value, directly or through others, are one person.

Pure and on integers only, so it can be tested without a warehouse and knows no names of anybody.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def components(keys: Integers, values: Integers, apart: Integers) -> tuple[Integers, Integers]:
    """Finds which keys belong together.

    Args:
        keys: The key of each edge.
        values: The value of each edge; edges come strongest value first.
        apart: Pairs of keys, shape (n, 2), that must not end up together. A component that holds such a pair is built
            again edge by edge, leaving out each edge that would join the two.

    Returns:
        The distinct keys, ascending, and for each the smallest key of its component.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes, key_index = np.unique(keys, return_inverse=True)
    distinct_values, value_index = np.unique(values, return_inverse=True)
    size = len(nodes) + len(distinct_values)
    graph = coo_array((np.ones(len(keys), dtype=np.int8), (key_index, len(nodes) + value_index)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    key_labels = labels[: len(nodes)]
    # The nodes ascend, so the first one with a label is the smallest of its component.
    _, first, label_index = np.unique(key_labels, return_index=True, return_inverse=True)
    roots = nodes[first][label_index]
    known = apart[np.isin(apart, nodes).all(axis=1)]
    pairs = np.searchsorted(nodes, known)
    torn = np.unique(roots[pairs[roots[pairs[:, 0]] == roots[pairs[:, 1]]][:, 0]])
    if len(torn):
        edges = np.isin(roots[key_index], torn)
        members = np.isin(roots, torn)
        rebuilt = _rebuilt(keys[edges], values[edges], known)
        roots = roots.copy()
        roots[members] = [rebuilt[key] for key in nodes[members].tolist()]
    return nodes.astype(np.int64), roots.astype(np.int64)


def _rebuilt(keys: Integers, values: Integers, apart: Integers) -> dict[int, int]:
    """The components of a few edges, joined in their order as long as no pair comes together: key to smallest key."""
    enemies: dict[int, set[int]] = defaultdict(set)
    for left, right in apart.tolist():
        enemies[left].add(right)
        enemies[right].add(left)
    group_of_key = {key: {key} for key in keys.tolist()}
    group_of_value: dict[int, set[int]] = {}
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        group, other = group_of_key[key], group_of_value.setdefault(value, group_of_key[key])
        # A value may have gone to a group that has grown since: follow one of its members.
        other = group_of_key[next(iter(other))]
        if group is other or any(enemies[member] & other for member in group):
            continue
        other |= group
        for member in group:
            group_of_key[member] = other
        group_of_value[value] = other
    return {key: min(group) for key, group in group_of_key.items()}
