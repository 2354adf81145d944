"""The stage `learn`: from the core marts to the tables of the schema `learned` and the saved models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars import catalog
from regulars.cluster_settings import ClusterSettings
from regulars.engines.base import Session
from regulars.learn.cluster_model import KIND
from regulars.learn.clusters import Clustering, Previous, Search, find_clusters
from regulars.learn.feature_query import feature_of, feature_query
from regulars.learn.features import RFM_FEATURES
from regulars.learn.registration import register
from regulars.learn.registry import registered, save_model


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
    build: Session, settings: ClusterSettings, models_folder: Path, run_id: str, previous: Previous | None
) -> LearnReport:
    """Finds the clusters of the customers who ever bought, writes their tables and saves the model.

    Args:
        build: The build in flight, with the core marts made.
        settings: What the clusters are found by.
        models_folder: The model goes to `clusters/<run_id>` in it, so that a failed run leaves the live run's alone.
        run_id: The run that is going on.
        previous: What is live, whose numbers and axes are kept; None when nothing is.

    Raises:
        InputError: The settings ask for more clusters than there are different customers.
    """
    features = [feature_of(column, log=settings.log) for column in settings.features]
    columns = dict.fromkeys([*(feature.column for feature in RFM_FEATURES), *settings.features])
    customers = build.stream(feature_query(list(columns))).read_all()
    found = find_clusters(
        customers,
        Search(
            algorithm=settings.algorithm,
            k=settings.k,
            k_min=settings.k_min,
            k_max=settings.k_max,
            seed=settings.seed,
            sample=settings.sample,
            quadratic_sample=settings.quadratic_sample,
            bootstraps=settings.bootstraps,
        ),
        features=features,
        scaler=settings.scaler,
        previous=previous,
    )
    with build.transaction():
        build.replace(catalog.CUSTOMER_CLUSTERS.name, found.customers)
        build.replace(catalog.CLUSTER_PROFILES.name, found.profiles)
        build.replace(catalog.CLUSTER_SEARCH.name, found.search)
        build.replace(catalog.CLUSTER_AXES.name, found.axes)
    return _report(build, found, settings, models_folder, run_id)


def last_clusters(live: Session) -> Previous | None:
    """What is live of clusters; None in a warehouse that never had any."""
    if not live.columns(catalog.CLUSTER_PROFILES.name):
        return None
    profiles = live.query(f"select * from {catalog.CLUSTER_PROFILES.name} order by cluster_id")
    has_axes = live.columns(catalog.CLUSTER_AXES.name)
    return Previous(profiles, live.query(f"select * from {catalog.CLUSTER_AXES.name}") if has_axes else None)


def _report(
    build: Session, found: Clustering, settings: ClusterSettings, models_folder: Path, run_id: str
) -> LearnReport:
    if found.model is None:
        register(build, KIND, None)
        return LearnReport(0, 0, None, (), found.reason, None)
    chosen = found.search.filter(found.search["is_chosen"]).to_pylist()[0]
    customers = found.customers.num_rows
    description = {**chosen, **found.model.description(), "seed": settings.seed, "customers": customers}
    folder = save_model(models_folder / KIND / run_id, KIND, run_id, found.model.content(), description)
    register(build, KIND, registered(folder, models_folder))
    return LearnReport(customers, len(found.model.names), chosen["silhouette"], found.model.names, "", folder)
