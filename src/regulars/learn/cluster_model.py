"""A fitted clustering that places any customer, the ones it was fitted to and new ones alike, without retraining."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.learn.cluster_algorithms import ALGORITHMS
from regulars.learn.cluster_axes import AXES, ClusterAxes
from regulars.learn.cluster_indices import Labels
from regulars.learn.cluster_placement import Placement, from_content
from regulars.learn.cluster_profiles import UNCLUSTERED_ID, UNCLUSTERED_NAME
from regulars.learn.features import FeatureScaling, Floats, feature_values

KIND = "clusters"

CUSTOMER_CLUSTERS = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("cluster_id", pa.int32()),
        ("cluster_name", pa.string()),
        ("distance", pa.float64()),
        *((axis, pa.float64()) for axis in AXES),
    ]
)


@dataclass(frozen=True)
class ClusterModel:
    """The scaling of the features, and in its space the clusters and the axes of the picture.

    Attributes:
        algorithm: The name of what found the clusters.
        scaling: How a customer's values become a point.
        placement: In which cluster a point is; its cluster 0 is cluster 1.
        names: The clusters' names, in the same order.
        axes: Where a point is drawn.
    """

    algorithm: str
    scaling: FeatureScaling
    placement: Placement
    names: tuple[str, ...]
    axes: ClusterAxes

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a customer must have."""
        return tuple(feature.column for feature in self.scaling.features)

    def assign(self, customers: pa.Table) -> pa.Table:
        """The cluster of every customer.

        Args:
            customers: customer_id, of whatever type, and the features' columns; a missing value takes the median.

        Returns:
            One row per customer, in the order given: customer_id, cluster_id, cluster_name, the distance to the
            cluster's centre in the scaled features (0 is the typical member), and x, y, z. A customer in no cluster has
            the id -1 and no distance.
        """
        points = self.scaling.transform(feature_values(customers, self.scaling.features))
        labels, distances = self.placement.place(points)
        return assignments(customers["customer_id"], labels, distances, self.names, self.axes.project(points))

    def content(self) -> dict[str, Any]:
        """Arrays and plain values that say all, for saving."""
        return {
            "algorithm": self.algorithm,
            "scaling": self.scaling.content(),
            "placement": self.placement.content(),
            "names": list(self.names),
            "axes": self.axes.content(),
        }

    def description(self) -> dict[str, Any]:
        """What a person wants to know of the model, for its card."""
        scaling = self.scaling
        columns = zip(
            scaling.features, scaling.lower, scaling.upper, scaling.centre, scaling.scale, scaling.median, strict=True
        )
        return {
            "algorithm": self.algorithm,
            "title": ALGORITHMS[self.algorithm].title,
            "placed_by": self.placement.rule,
            "k": len(self.names),
            "names": list(self.names),
            "scaler": "log where is_logged, winsorised to [lower, upper], minus centre, divided by scale"
            f" ({scaling.scaler})",
            "features": [
                {
                    "column": feature.column,
                    "is_logged": feature.is_logged,
                    "lower": float(lower),
                    "upper": float(upper),
                    "centre": float(centre),
                    "scale": float(scale),
                    "median": float(median),
                }
                for feature, lower, upper, centre, scale, median in columns
            ],
            "explained_share": [float(share) for share in self.axes.explained],
        }

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> ClusterModel:
        """The model that `content` was made of."""
        return cls(
            content["algorithm"],
            FeatureScaling.from_content(content["scaling"]),
            from_content(content["placement"]),
            tuple(content["names"]),
            ClusterAxes(**content["axes"]),
        )


def assignments(
    customer_ids: pa.ChunkedArray,
    labels: Labels,
    distances: npt.NDArray[np.float64],
    names: Sequence[str],
    coordinates: Floats,
) -> pa.Table:
    """learned.customer_clusters, for labels that are 0 for cluster 1 and -1 for none."""
    is_unclustered = labels < 0
    named = pa.array([*names, UNCLUSTERED_NAME], pa.string())
    columns = [
        customer_ids,
        pa.array(np.where(is_unclustered, UNCLUSTERED_ID, labels + 1).astype(np.int32)),
        named.take(pa.array(np.where(is_unclustered, len(names), labels))),
        pa.array(distances, from_pandas=True),
        *(pa.array(column) for column in coordinates.T),
    ]
    return pa.table(columns, names=CUSTOMER_CLUSTERS.names)
