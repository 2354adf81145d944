"""Names for clusters: what a centroid is against the medians of the base, by the first rule that holds.

A cluster is recent, frequent or high when its centroid is better than the median by more than a tenth of the spread: a
cluster with one repeat buyer among a hundred must not count as frequent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from regulars.learn.features import Floats

MARGIN = 0.1


@dataclass(frozen=True)
class NameRule:
    """A name and what a centroid must be for it; None where it does not matter."""

    name: str
    is_recent: bool | None = None
    is_old: bool | None = None
    is_frequent: bool | None = None
    is_high: bool | None = None


# Recency about the median is neither recent nor old. Orders and money are above the median or not: where most customers
# bought once, nothing lies below it.
NAME_RULES = (
    NameRule("Champions", is_recent=True, is_frequent=True, is_high=True),
    NameRule("Loyal Customers", is_recent=True, is_frequent=True),
    NameRule("Big Spenders", is_recent=True, is_high=True),
    NameRule("Potential Loyalists", is_recent=True),
    NameRule("At Risk", is_old=True, is_frequent=False, is_high=True),
    NameRule("Hibernating", is_frequent=False, is_high=False),
    NameRule("Lost", is_old=True),
    NameRule("Need Attention"),
)


def name_clusters(centres: Floats, value: Floats) -> list[str]:
    """Names every cluster, differently.

    Args:
        centres: Shape (clusters, 3): recency, frequency and monetary of the centroids, in logs and scaled so that 0 is
            the median of the base and 1 is one spread above it, whatever features the clusters were found by.
        value: What a customer of each cluster is worth; clusters that share a name are numbered by it, best first.

    Returns:
        One name per cluster, such as "Loyal Customers", or "Champions 1" and "Champions 2".
    """
    names = [_name(*(float(standing) for standing in centre)) for centre in centres]
    shared = {name for name, count in Counter(names).items() if count > 1}
    numbers: Counter[str] = Counter()
    for place in np.argsort(-value, kind="stable"):
        name = names[place]
        if name in shared:
            numbers[name] += 1
            names[place] = f"{name} {numbers[name]}"
    return names


def _name(recency: float, frequency: float, monetary: float) -> str:
    facts = {
        "is_recent": recency < -MARGIN,
        "is_old": recency > MARGIN,
        "is_frequent": frequency > MARGIN,
        "is_high": monetary > MARGIN,
    }
    holds = (rule for rule in NAME_RULES if all(getattr(rule, fact) in (None, is_so) for fact, is_so in facts.items()))
    return next(holds).name
