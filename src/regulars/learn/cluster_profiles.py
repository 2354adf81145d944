"""What the customers of each cluster are like, in days, orders and money as they are: learned.cluster_profiles.

Those in no cluster have a row of their own, the last, so that the shares add up to everyone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.learn.cluster_indices import Labels
from regulars.learn.features import Floats

CLUSTER_PROFILES = pa.schema(
    [
        ("cluster_id", pa.int32()),
        ("cluster_name", pa.string()),
        ("customers", pa.int64()),
        ("share", pa.float64()),
        ("avg_recency", pa.float64()),
        ("avg_frequency", pa.float64()),
        ("avg_monetary", pa.float64()),
        ("median_recency", pa.float64()),
        ("median_frequency", pa.float64()),
        ("median_monetary", pa.float64()),
        ("total_monetary", pa.float64()),
    ]
)
AVERAGES = ("avg_recency", "avg_frequency", "avg_monetary")
UNCLUSTERED_ID = -1
UNCLUSTERED_NAME = "Not clustered"


def cluster_measures(rfm: Floats, labels: Labels, k: int) -> dict[str, npt.NDArray[np.generic]]:
    """Counts, averages, medians and the total of every cluster, cluster 0 first, and last of those in none if any are.

    Missing values are left out.

    Args:
        rfm: Shape (customers, 3): recency, frequency and monetary.
        labels: The cluster of every customer: 0 to k - 1, or -1 for none.
        k: The number of clusters.
    """
    is_unclustered = labels < 0
    groups_of = np.where(is_unclustered, k, labels)
    order = np.argsort(groups_of.astype(np.uint16), kind="stable")  # 16 bits are sorted by radix, in linear time
    customers = np.bincount(groups_of, minlength=k + bool(is_unclustered.any()))
    ends = np.cumsum(customers)
    measures: dict[str, npt.NDArray[np.generic]] = {"customers": customers, "share": customers / max(len(labels), 1)}
    for place, metric in enumerate(("recency", "frequency", "monetary")):
        column = rfm[order, place]
        groups = [column[end - count : end] for end, count in zip(ends, customers, strict=True)]
        known = [group[~np.isnan(group)] for group in groups]
        measures[f"avg_{metric}"] = np.array([group.mean() if group.size else np.nan for group in known])
        measures[f"median_{metric}"] = np.array([np.median(group) if group.size else np.nan for group in known])
        measures[f"total_{metric}"] = np.array([group.sum() for group in known])
    return measures


def profile_table(measures: dict[str, npt.NDArray[np.generic]], names: Sequence[str]) -> pa.Table:
    """learned.cluster_profiles: one row per cluster, cluster 1 first, then those in none, if there are any.

    Args:
        measures: Of `cluster_measures`, in the order of the clusters' numbers.
        names: The clusters' names, in the same order.
    """
    others = len(measures["customers"]) - len(names)
    ids = [*range(1, len(names) + 1), *[UNCLUSTERED_ID] * others]
    columns = {**measures, "cluster_id": ids, "cluster_name": [*names, *[UNCLUSTERED_NAME] * others]}
    arrays = [pa.array(columns[field.name], from_pandas=True).cast(field.type) for field in CLUSTER_PROFILES]
    return pa.table(arrays, schema=CLUSTER_PROFILES)
