"""A fitted clustering that places any customer, the ones it was fitted to and new ones alike, without retraining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.learn.cluster_indices import Labels
from regulars.learn.features import FeatureScaling, Floats, feature_values
from regulars.learn.kmeans import nearest_centres

KIND = "clusters"

CUSTOMER_CLUSTERS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("cluster_id", pa.int32()),
        ("cluster_name", pa.string()),
        ("distance", pa.float64()),
    ]
)


@dataclass(frozen=True)
class ClusterModel:
    """The scaling of the features, and in its space the centres of the clusters.

    Attributes:
        scaling: How a customer's values become a point.
        centres: Shape (k, features); row 0 is cluster 1.
        names: The clusters' names, in the same order.
    """

    scaling: FeatureScaling
    centres: Floats
    names: tuple[str, ...]

    def assign(self, customers: pa.Table) -> pa.Table:
        """The cluster of every customer.

        Args:
            customers: customer_id and the features' columns; a missing value takes the median.

        Returns:
            One row per customer, in the order given: customer_id, cluster_id, cluster_name, and the distance to the
            cluster's centre in the scaled features (0 is the typical member).
        """
        points = self.scaling.transform(feature_values(customers, self.scaling.features))
        return assignments(customers["customer_id"], *nearest_centres(points, self.centres), self.names)

    def content(self) -> dict[str, Any]:
        """Arrays and plain values that say all, for saving."""
        return {"scaling": self.scaling.content(), "centres": self.centres, "names": list(self.names)}

    def description(self) -> dict[str, Any]:
        """What a person wants to know of the model, for its card."""
        scaling = self.scaling
        columns = zip(scaling.features, scaling.lower, scaling.upper, scaling.centre, scaling.scale, strict=True)
        return {
            "algorithm": "k-means",
            "k": len(self.centres),
            "names": list(self.names),
            "scaler": "log where is_logged, winsorised to [lower, upper], minus median, divided by spread",
            "features": [
                {
                    "column": feature.column,
                    "is_logged": feature.is_logged,
                    "lower": float(lower),
                    "upper": float(upper),
                    "median": float(median),
                    "spread": float(spread),
                }
                for feature, lower, upper, median, spread in columns
            ],
        }

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> ClusterModel:
        """The model that `content` was made of."""
        return cls(FeatureScaling.from_content(content["scaling"]), content["centres"], tuple(content["names"]))


def assignments(
    customer_ids: pa.ChunkedArray, labels: Labels, distances: npt.NDArray[np.float64], names: Sequence[str]
) -> pa.Table:
    """learned.customer_clusters, for labels that are 0 for cluster 1."""
    columns = [
        customer_ids.cast(pa.int64()),
        pa.array((labels + 1).astype(np.int32)),
        pa.array(names, pa.string()).take(pa.array(labels)),
        pa.array(distances),
    ]
    return pa.table(columns, schema=CUSTOMER_CLUSTERS)
