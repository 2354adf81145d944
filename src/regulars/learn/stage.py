"""The stage `learn`: from marts.fct_customer_rfm to the tables of the schema `learned` and the saved models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.learn.cluster_model import KIND
from regulars.learn.clusters import Clustering, find_clusters
from regulars.learn.registry import save_model
from regulars.settings import ClusterSettings


@dataclass(frozen=True)
class LearnReport:
    """What the stage did.

    Attributes:
        customers: Customers with a cluster.
        clusters: Number of clusters; 0 when there are none.
        silhouette: Of the published split; None without one.
        names: The clusters' names, cluster 1 first.
        reason: Why there are no clusters; empty when there are.
        model: Folder of the saved model; None without one.
    """

    customers: int
    clusters: int
    silhouette: float | None
    names: tuple[str, ...]
    reason: str
    model: Path | None

    @property
    def summary(self) -> str:
        """One line for the person who waits."""
        if not self.clusters:
            return self.reason
        return f"{self.customers:,} customers in {self.clusters} clusters: {', '.join(self.names)}"


def learn(
    build: Session, settings: ClusterSettings, models_folder: Path, run_id: str, previous_profiles: pa.Table | None
) -> LearnReport:
    """Finds the clusters of the customers who ever bought, writes the three tables and saves the model.

    Args:
        build: The build in flight, with the core marts made.
        settings: How many clusters, and the seed.
        models_folder: The model goes to `clusters/<run_id>` in it, so that a failed run leaves the live run's alone.
        run_id: The run that is going on.
        previous_profiles: cluster_profiles of the live warehouse, whose numbers are kept; None when nothing is live.

    Raises:
        InputError: The settings ask for more clusters than there are different customers.
    """
    customers = build.stream(
        f"select customer_id, recency, frequency, monetary from {catalog.FCT_CUSTOMER_RFM} where rfm_score is not null"
    ).read_all()
    found = find_clusters(
        customers,
        k=settings.k,
        k_min=settings.k_min,
        k_max=settings.k_max,
        seed=settings.seed,
        previous_profiles=previous_profiles,
    )
    with build.transaction():
        build.replace(catalog.CUSTOMER_CLUSTERS.name, found.customers)
        build.replace(catalog.CLUSTER_PROFILES.name, found.profiles)
        build.replace(catalog.CLUSTER_SEARCH.name, found.search)
    return _report(found, settings, models_folder, run_id)


def _report(found: Clustering, settings: ClusterSettings, models_folder: Path, run_id: str) -> LearnReport:
    if found.model is None:
        return LearnReport(0, 0, None, (), found.reason, None)
    chosen = found.search.filter(found.search["is_chosen"]).to_pylist()[0]
    description = {**found.model.description(), "seed": settings.seed, "customers": found.customers.num_rows, **chosen}
    folder = save_model(models_folder / KIND / run_id, KIND, run_id, found.model.content(), description)
    return LearnReport(
        found.customers.num_rows, len(found.model.names), chosen["silhouette"], found.model.names, "", folder
    )
