"""Groups of customers who buy alike: by default k-means on scaled recency, frequency and monetary, k by silhouette.

The answer is the same for the same customers, whatever the order of their rows and the number of processors. The search
tries every k on a small sample, and the fit to everyone starts where the best trial ended: together they cost a million
customers about as much as one fit that starts from nothing. The stability, which chooses nothing, costs as much again.

The yardstick is the customers who bought in the window, as it is for the scores: their medians, spreads and limits.
Those who did not are all alike (the same recency, no orders, no money); were they measured too, a shop with a long
history would learn of its buyers only that they are not among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Literal

import numpy as np
import pyarrow as pa

from regulars.errors import InputError
from regulars.learn import cluster_reasons as reasons
from regulars.learn.cluster_algorithms import ALGORITHMS
from regulars.learn.cluster_axes import CLUSTER_AXES, ClusterAxes
from regulars.learn.cluster_choice import Mask, Split, choose_split, take_split
from regulars.learn.cluster_model import CUSTOMER_CLUSTERS, ClusterModel, assignments
from regulars.learn.cluster_names import name_clusters
from regulars.learn.cluster_numbers import number_clusters
from regulars.learn.cluster_placement import means
from regulars.learn.cluster_profiles import AVERAGES, CLUSTER_PROFILES, cluster_measures, profile_table
from regulars.learn.cluster_sample import seeded_rows, with_rare_kinds
from regulars.learn.cluster_search import CLUSTER_SEARCH, Candidate, search, search_table
from regulars.learn.features import RFM_FEATURES, Feature, FeatureScaling, Floats, Scaler, feature_values

FEWEST_DIFFERENT = 10  # customers; with fewer, k = "auto" finds nothing worth a name

RFM = tuple(feature.column for feature in RFM_FEATURES)


@dataclass(frozen=True)
class Search:
    """What is tried, and on how many customers.

    Attributes:
        algorithm: Name of an algorithm; "auto" compares them all.
        k: How many clusters, or "auto": the best silhouette among those that leave a useful split.
        k_min: Smallest k to try.
        k_max: Largest k to try.
        seed: What makes samples and starts repeatable.
        sample: Customers on whom k is searched.
        quadratic_sample: Of these, the ones that algorithms see whose cost grows with the square of the customers.
        bootstraps: Bootstrap samples for the stability; 0 for none.
    """

    algorithm: str = "kmeans"
    k: int | Literal["auto"] = "auto"
    k_min: int = 2
    k_max: int = 10
    seed: int = 7
    sample: int = 10_000
    quadratic_sample: int = 3_000
    bootstraps: int = 0

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The names of the algorithms that are tried."""
        if self.algorithm != "auto":
            return (self.algorithm,)
        return tuple(name for name, known in ALGORITHMS.items() if self.k == "auto" or not known.finds_k)


@dataclass(frozen=True)
class Previous:
    """What the last run found, for numbers and axes that stay.

    Attributes:
        profiles: learned.cluster_profiles.
        axes: learned.cluster_axes; None when the last run drew nothing.
    """

    profiles: pa.Table
    axes: pa.Table | None = None


@dataclass(frozen=True)
class Clustering:
    """What was found: the tables of the schema `learned`, the model, and the reason if there are no clusters.

    Attributes:
        customers: learned.customer_clusters, one row per customer, by customer_id.
        profiles: learned.cluster_profiles, one row per cluster, by cluster_id, then one of those in none, if any.
        search: learned.cluster_search, one row per algorithm and setting that was tried.
        axes: learned.cluster_axes, one row per axis and feature.
        model: What places further customers; None without clusters.
        reason: Why there are no clusters and what to do about it; empty when there are.
    """

    customers: pa.Table
    profiles: pa.Table
    search: pa.Table
    axes: pa.Table
    model: ClusterModel | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Base:
    """Everyone, by customer_id: their values and where these stand."""

    customers: pa.Table
    rfm: Floats
    has_bought: Mask
    scaling: FeatureScaling
    points: Floats
    rfm_scaling: FeatureScaling  # robust and in logs, whatever the features: names and numbers go by it
    rfm_points: Floats


def find_clusters(
    customers: pa.Table,
    asked: Search | None = None,
    *,
    features: Sequence[Feature] = RFM_FEATURES,
    scaler: Scaler = "robust",
    limits: tuple[float, float] = (0.01, 0.99),
    previous: Previous | None = None,
) -> Clustering:
    """Splits the customers who ever bought into clusters, numbers them and names them.

    Args:
        customers: One row per customer: customer_id, recency (days), frequency (orders in the window, 0 when lapsed),
            monetary (may be zero or below), and the columns of further features. Missing values take the median.
        asked: What is tried; unset = k-means with every k from 2 to 10.
        features: What customers are compared by. Names and numbers always go by recency, frequency and monetary.
        scaler: How the features are made comparable.
        limits: Shares of customers below which and above which a feature's values are winsorised.
        previous: What the last run found, whose cluster numbers and axes are kept.

    Returns:
        The clusters, or empty tables and the reason where the customers are too few or too alike.

    Raises:
        InputError: k is a number, and fewer customers than that differ from each other.
    """
    asked = asked or Search()
    if isinstance(asked.k, int) and customers.num_rows < asked.k:
        return _nothing(reasons.fewer_than(customers.num_rows, asked.k))
    base = _base(customers, features, scaler, limits)
    names = [feature.column for feature in features]
    rows = seeded_rows(base.customers["customer_id"].to_numpy(), asked.sample, asked.seed)
    needed = asked.k if isinstance(asked.k, int) else FEWEST_DIFFERENT
    sample, different = with_rare_kinds(base.points, rows, needed)
    if isinstance(asked.k, int):
        if different < asked.k:
            raise InputError(reasons.too_alike(asked.k, len(base.points), different, names))
        judged, split = take_split(_searched(sample, [asked.k], asked), base.points)
        return replace(_described(base, split, previous), search=search_table(judged))

    ks = range(asked.k_min, min(asked.k_max, different - 1) + 1)
    if different < FEWEST_DIFFERENT or not ks:
        return _nothing(reasons.too_few(len(base.points), different, max(FEWEST_DIFFERENT, asked.k_min + 1), names))
    candidates = _searched(sample, ks, asked)
    judged, chosen = choose_split(candidates, base.points, rows, base.has_bought)
    if chosen is None:
        return replace(_nothing(reasons.useless(ks, asked.algorithm, judged)), search=search_table(judged))
    return replace(_described(base, chosen, previous), search=search_table(judged))


def warm() -> None:
    """Imports what a fit needs: a second's work that a pipeline can do in a thread while it waits for SQL."""
    for module in ("sklearn.cluster", "sklearn.metrics", "scipy.optimize", "skops.io"):
        import_module(module)


def _base(customers: pa.Table, features: Sequence[Feature], scaler: Scaler, limits: tuple[float, float]) -> _Base:
    customers = _by_customer_id(customers)
    values, rfm = feature_values(customers, features), feature_values(customers, RFM_FEATURES)
    has_bought = rfm[:, RFM.index("frequency")] > 0
    is_measured = has_bought if has_bought.sum() >= FEWEST_DIFFERENT else np.ones(len(values), dtype=bool)
    scaling = FeatureScaling.fit(values[is_measured], features, limits, scaler)
    points = scaling.transform(values)
    if tuple(features) == RFM_FEATURES and scaler == "robust":
        return _Base(customers, rfm, has_bought, scaling, points, scaling, points)
    rfm_scaling = FeatureScaling.fit(rfm[is_measured], RFM_FEATURES, limits)
    return _Base(customers, rfm, has_bought, scaling, points, rfm_scaling, rfm_scaling.transform(rfm))


def _searched(sample: Floats, ks: Sequence[int], asked: Search) -> list[Candidate]:
    return search(
        sample,
        ks,
        asked.seed,
        algorithms=asked.algorithms,
        quadratic_sample=asked.quadratic_sample,
        bootstraps=asked.bootstraps,
    )


def _by_customer_id(customers: pa.Table) -> pa.Table:
    """Sums of floats depend on their order in the last digit, so that order must not be the warehouse's."""
    ids = customers["customer_id"].to_numpy()
    if np.all(ids[1:] > ids[:-1]):
        return customers
    return customers.take(pa.array(np.argsort(ids, kind="stable")))


def _described(base: _Base, split: Split, previous: Previous | None) -> Clustering:
    """Numbers and names the clusters of a split, and writes the tables in the order of the numbers."""
    k, features = len(split.placement.centres), base.scaling.features
    measures = cluster_measures(base.rfm, split.labels, k)
    averages = np.column_stack([measures[average] for average in AVERAGES])[:k]
    numbers = number_clusters(averages, base.rfm_scaling, previous.profiles if previous else None)
    order = np.argsort(numbers)
    centroids = means(base.rfm_points, split.labels, k)[order]
    names = name_clusters(centroids, averages[order, RFM.index("monetary")])
    axes = ClusterAxes.fit(base.points, features, previous.axes if previous else None)
    labels = np.append(numbers - 1, -1)[split.labels]  # the last one is that of label -1
    rows = np.append(order, np.arange(k, len(measures["customers"])))
    customer_ids = base.customers["customer_id"].cast(pa.int64())
    return Clustering(
        assignments(customer_ids, labels, split.distances, names, axes.project(base.points)),
        profile_table({name: measure[rows] for name, measure in measures.items()}, names),
        CLUSTER_SEARCH.empty_table(),
        axes.table(features),
        ClusterModel(split.algorithm, base.scaling, split.placement.reordered(order), tuple(names), axes),
    )


def _nothing(reason: str) -> Clustering:
    return Clustering(
        CUSTOMER_CLUSTERS.empty_table(),
        CLUSTER_PROFILES.empty_table(),
        CLUSTER_SEARCH.empty_table(),
        CLUSTER_AXES.empty_table(),
        reason=f"No clusters: {reason}",
    )
