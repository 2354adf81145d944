from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from regulars.learn.cluster_names import MARGIN, NAME_RULES, name_clusters

RECENT, MIDDLE, OLD, MORE, LESS = -1.0, 0.0, 1.0, 1.0, -1.0


@pytest.mark.parametrize(
    ("centroid", "name"),
    [
        ((RECENT, MORE, MORE), "Champions"),
        ((RECENT, MORE, LESS), "Loyal Customers"),
        ((RECENT, LESS, MORE), "Big Spenders"),
        ((RECENT, LESS, LESS), "Potential Loyalists"),
        ((OLD, LESS, MORE), "At Risk"),
        ((OLD, LESS, LESS), "Hibernating"),
        ((MIDDLE, LESS, LESS), "Hibernating"),
        ((OLD, MORE, MORE), "Lost"),
        ((OLD, MORE, LESS), "Lost"),
        ((MIDDLE, MORE, MORE), "Need Attention"),
        ((MIDDLE, LESS, MORE), "Need Attention"),
    ],
)
def test_a_centroid_is_named_by_the_first_rule_that_holds(centroid: tuple[float, float, float], name: str) -> None:
    assert name_clusters(np.array([centroid]), np.array([1.0])) == [name]


def test_a_centroid_at_the_median_is_neither_frequent_nor_high_nor_recent() -> None:
    assert name_clusters(np.array([(0.0, 0.0, 0.0)]), np.array([1.0])) == ["Hibernating"]
    hardly = MARGIN / 2
    assert name_clusters(np.array([(RECENT, hardly, hardly)]), np.array([1.0])) == ["Potential Loyalists"]


def test_every_rule_can_be_reached_and_every_centroid_has_a_name() -> None:
    centroids = np.array(list(product((-1.0, 0.0, 1.0), repeat=3)))
    names = {name_clusters(centroid[None], np.ones(1))[0] for centroid in centroids}
    assert names == {rule.name for rule in NAME_RULES}


def test_clusters_that_share_a_name_are_numbered_by_value() -> None:
    centroids = np.array([(RECENT, MORE, MORE), (OLD, LESS, LESS), (RECENT, MORE, MORE)])
    assert name_clusters(centroids, np.array([50.0, 1.0, 900.0])) == ["Champions 2", "Hibernating", "Champions 1"]
