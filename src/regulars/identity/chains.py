"""Matched links join groups into people, with protection against chains. Pure, and on numbers only.

A match is probable, not certain, so a row of matches may lead from one person to another: a is like b, b is like c,
and c is nobody that a has ever been. Groups of exactly linked keys are therefore joined from the strongest link on, and
a link joins two clusters only when enough of the pairs between them are linked too (`ONE_LINK_IN`), when nobody decided
otherwise, and when the person stays of a believable size. What is refused goes to the review queue.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Of the pairs of groups between two clusters, one in this many must be linked. Six lets two records join three by one
# link, and keeps two persons of three records apart that hang together by one (DECISIONS 89).
ONE_LINK_IN = 6


@dataclass(frozen=True)
class Links:
    """Matches between keys that are strong enough to join: two keys and a strength each, in any order."""

    left: Integers
    right: Integers
    strength: Floats


def joined(keys: Integers, groups: Integers, links: Links, apart: Integers, max_size: int) -> tuple[Integers, Integers]:
    """Joins groups by links.

    Args:
        keys: The keys that have exact links, ascending.
        groups: The group of each, by its smallest key; a key that is not among `keys` is a group of its own.
        links: The links.
        apart: Pairs of keys, shape (n, 2), that must not end up together, and are not in one group.
        max_size: Keys that a person may have; a group that has more by itself stays as it is.

    Returns:
        The distinct keys of groups and links, ascending, and for each the smallest key of its person.
    """
    nodes = np.unique(np.concatenate([keys, links.left, links.right]))
    group_of = nodes.copy()
    group_of[np.searchsorted(nodes, keys)] = groups
    if not len(links.left):
        return nodes, group_of
    sizes = np.bincount(np.searchsorted(nodes, group_of), minlength=len(nodes))
    pairs, strength = _between_groups(
        group_of[np.searchsorted(nodes, links.left)], group_of[np.searchsorted(nodes, links.right)], links.strength
    )
    known = apart[np.isin(apart, nodes).all(axis=1)]
    enemies = group_of[np.searchsorted(nodes, known)].reshape(-1, 2)
    person_of_group = _persons(nodes, sizes, pairs, strength, enemies, max_size)
    persons = person_of_group[np.searchsorted(nodes, group_of)]
    # A person is known by the smallest key, whichever group it came with.
    _, first, person_index = np.unique(persons, return_index=True, return_inverse=True)
    return nodes, nodes[first][person_index]


def _between_groups(left: Integers, right: Integers, strength: Floats) -> tuple[Integers, Floats]:
    """Each pair of different groups once, smaller one first, with its strongest link; strongest pair first."""
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((-strength, high, low))
    order = order[low[order] != high[order]]
    low, high, strength = low[order], high[order], strength[order]
    is_first = np.ones(len(low), dtype=np.bool_)
    is_first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, strength = low[is_first], high[is_first], strength[is_first]
    order = np.lexsort((high, low, -strength))
    return np.column_stack([low, high])[order], strength[order]


def _persons(
    nodes: Integers, sizes: Integers, pairs: Integers, strength: Floats, enemies: Integers, max_size: int
) -> Integers:
    """For each node the smallest group of its person. Most components leave no doubt; the others are built by links."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(nodes)
    index = np.searchsorted(nodes, pairs)
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (index[:, 0], index[:, 1])), shape=(count, count))
    number, labels = connected_components(graph, directed=False)
    is_linked = np.zeros(count, dtype=np.bool_)
    is_linked[index.ravel()] = True
    members = np.bincount(labels[is_linked], minlength=number)
    edges = np.bincount(labels[index[:, 0]], minlength=number)
    keys = np.bincount(labels, weights=sizes, minlength=number)
    # Complete: every two groups of it are linked, so no rule about support could part them.
    is_doubtful = (edges * 2 < members * (members - 1)) | (keys > max_size)
    hostile = labels[np.searchsorted(nodes, enemies)].reshape(-1, 2)
    is_doubtful[hostile[hostile[:, 0] == hostile[:, 1]][:, 0]] = True
    _, first = np.unique(labels, return_index=True)
    persons = nodes[first][labels]
    doubted = is_doubtful[labels] & is_linked
    if doubted.any():
        persons[doubted] = nodes[doubted]
        chosen = is_doubtful[labels[index[:, 0]]]
        clusters = _Clusters(dict(zip(nodes[doubted].tolist(), sizes[doubted].tolist(), strict=True)), max_size)
        clusters.set_apart(enemies)
        for low, high in pairs[chosen].tolist():
            clusters.link(low, high)
        for low, high in pairs[chosen].tolist():
            clusters.join(low, high)
        persons[doubted] = [clusters.smallest(group) for group in nodes[doubted].tolist()]
    return persons


class _Clusters:
    """Clusters that grow link by link; the smaller one is always poured into the larger, so many links stay quick."""

    def __init__(self, sizes: dict[int, int], max_size: int) -> None:
        self._max_size = max_size
        self._sizes = sizes
        self._cluster = {group: group for group in sizes}
        self._groups = {group: [group] for group in sizes}
        self._links: dict[int, dict[int, int]] = {group: {} for group in sizes}
        self._enemies: dict[int, set[int]] = defaultdict(set)

    def set_apart(self, pairs: Integers) -> None:
        """Notes groups that must not come together."""
        for left, right in pairs.tolist():
            if left in self._sizes and right in self._sizes:
                self._enemies[left].add(right)
                self._enemies[right].add(left)

    def link(self, left: int, right: int) -> None:
        """Notes that two groups are linked."""
        self._links[left][right] = self._links[right][left] = 1

    def join(self, left: int, right: int) -> None:
        """Joins the clusters of two linked groups, if nothing speaks against it."""
        one, other = self._cluster[left], self._cluster[right]
        if one == other or other in self._enemies[one] or self._sizes[one] + self._sizes[other] > self._max_size:
            return
        possible = len(self._groups[one]) * len(self._groups[other])
        if self._links[one][other] * ONE_LINK_IN < possible:
            return
        if len(self._groups[one]) < len(self._groups[other]):
            one, other = other, one
        self._pour(other, one)

    def smallest(self, group: int) -> int:
        """The smallest group of a group's cluster."""
        return min(self._groups[self._cluster[group]])

    def _pour(self, source: int, target: int) -> None:
        for group in self._groups[source]:
            self._cluster[group] = target
        self._groups[target] += self._groups.pop(source)
        self._sizes[target] += self._sizes.pop(source)
        for neighbour, links in self._links.pop(source).items():
            del self._links[neighbour][source]
            if neighbour != target:
                self._links[target][neighbour] = self._links[target].get(neighbour, 0) + links
                self._links[neighbour][target] = self._links[target][neighbour]
        for enemy in self._enemies.pop(source, set()):
            self._enemies[enemy].discard(source)
            self._enemies[enemy].add(target)
            self._enemies[target].add(enemy)
