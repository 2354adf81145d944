"""Numbers for clusters that stay: those of the last run where the clusters are the same ones, by value otherwise."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.learn.cluster_indices import Labels
from regulars.learn.features import FeatureScaling, Floats

PROFILE_AVERAGES = ("avg_recency", "avg_frequency", "avg_monetary")


def number_clusters(averages: Floats, scaling: FeatureScaling, previous_profiles: pa.Table | None) -> Labels:
    """Gives each cluster a number from 1 to k.

    Without previous profiles, 1 is the cluster whose customers are worth most. With them, clusters and previous
    clusters are paired so that the sum of the distances between their averages, in today's scaling, is least (Kuhn
    1955), and a pair keeps its number. A cluster without a pair, or whose number is above k because there are fewer
    clusters now, takes a free number, in the order of value.

    Args:
        averages: Shape (k, 3): average recency, frequency and monetary of the clusters' customers.
        scaling: The scaling of those three features.
        previous_profiles: learned.cluster_profiles of the last run; None or empty when there is none. Its row of those
            in no cluster is passed over.

    Returns:
        The numbers, in the order of `averages`.
    """
    numbers = np.zeros(len(averages), dtype=np.intp)
    if previous_profiles is not None and previous_profiles.num_rows:
        for place, number in _pairs(averages, scaling, previous_profiles):
            if 1 <= number <= len(averages):
                numbers[place] = number
    free = iter(sorted(set(range(1, len(averages) + 1)) - set(numbers.tolist())))
    recency, frequency, monetary = averages.T
    for place in np.lexsort((recency, -frequency, -monetary)):
        if not numbers[place]:
            numbers[place] = next(free)
    return numbers


def _pairs(averages: Floats, scaling: FeatureScaling, previous_profiles: pa.Table) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    previous_profiles = previous_profiles.filter(pc.greater(previous_profiles["cluster_id"], 0))
    before = np.column_stack([previous_profiles[column].to_numpy() for column in PROFILE_AVERAGES])
    # Not winsorised: two clusters of big spenders must not fall together.
    then = scaling.transform(before, winsorise=False)
    now = scaling.transform(averages, winsorise=False)
    distances = np.linalg.norm(now[:, None, :] - then[None, :, :], axis=2)
    numbers = previous_profiles["cluster_id"].to_pylist()
    return [(int(row), int(numbers[column])) for row, column in zip(*linear_sum_assignment(distances), strict=True)]
