"""Groups of customers who buy alike: k-means on scaled recency, frequency and monetary, with k by silhouette.

The answer is the same for the same customers, whatever the order of their rows and the number of processors. The search
for k costs less than the fit: it tries every k on a small sample, and the fit to everyone starts from the centres of
the best trial.

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
from regulars.learn.cluster_choice import Split, choose_split, take_split
from regulars.learn.cluster_model import CUSTOMER_CLUSTERS, ClusterModel, assignments
from regulars.learn.cluster_names import name_clusters
from regulars.learn.cluster_numbers import number_clusters
from regulars.learn.cluster_profiles import AVERAGES, CLUSTER_PROFILES, cluster_measures, profile_table
from regulars.learn.cluster_sample import seeded_rows, with_rare_kinds
from regulars.learn.cluster_search import CLUSTER_SEARCH, search_table, try_every_k
from regulars.learn.features import RFM_FEATURES, Feature, FeatureScaling, Floats, feature_values

SEARCH_SAMPLE = 10_000
FEWEST_DIFFERENT = 10  # customers; with fewer, k = "auto" finds nothing worth a name

RFM = tuple(feature.column for feature in RFM_FEATURES)


@dataclass(frozen=True)
class Clustering:
    """What was found: the three tables of the schema `learned`, the model, and the reason if there are no clusters.

    Attributes:
        customers: learned.customer_clusters, one row per customer, by customer_id.
        profiles: learned.cluster_profiles, one row per cluster, by cluster_id.
        search: learned.cluster_search, one row per k that was tried.
        model: What places further customers; None without clusters.
        reason: Why there are no clusters and what to do about it; empty when there are.
    """

    customers: pa.Table
    profiles: pa.Table
    search: pa.Table
    model: ClusterModel | None = None
    reason: str = ""


def find_clusters(
    customers: pa.Table,
    *,
    k: int | Literal["auto"] = "auto",
    k_min: int = 2,
    k_max: int = 10,
    seed: int = 7,
    features: Sequence[Feature] = RFM_FEATURES,
    limits: tuple[float, float] = (0.01, 0.99),
    previous_profiles: pa.Table | None = None,
) -> Clustering:
    """Splits the customers who ever bought into clusters, numbers them and names them.

    Args:
        customers: One row per customer: customer_id, recency (days), frequency (orders in the window, 0 when lapsed),
            monetary (may be zero or below), and the columns of further features. Missing values take the median.
        k: How many clusters, or "auto": the best silhouette among the k that leave a useful split.
        k_min: Smallest k to try.
        k_max: Largest k to try.
        seed: What makes samples and starts repeatable.
        features: What customers are compared by; recency, frequency and monetary must be among them.
        limits: Shares of customers below which and above which a feature's values are winsorised.
        previous_profiles: learned.cluster_profiles of the last run, whose cluster numbers are kept.

    Returns:
        The clusters, or empty tables and the reason where the customers are too few or too alike.

    Raises:
        InputError: k is a number, and fewer customers than that differ from each other.
    """
    if isinstance(k, int) and customers.num_rows < k:
        return _nothing(f"{customers.num_rows} customers ever bought, and k is {k}. Land more orders or lower k.")
    customers = _by_customer_id(customers)
    values, rfm = feature_values(customers, features), feature_values(customers, RFM_FEATURES)
    has_bought = rfm[:, RFM.index("frequency")] > 0
    is_measured = has_bought if has_bought.sum() >= FEWEST_DIFFERENT else np.ones(len(values), dtype=bool)
    scaling = FeatureScaling.fit(values[is_measured], features, limits)
    points = scaling.transform(values)

    rows = seeded_rows(customers["customer_id"].to_numpy(), SEARCH_SAMPLE, seed)
    sample, different = with_rare_kinds(points, rows, k if isinstance(k, int) else FEWEST_DIFFERENT)
    if isinstance(k, int):
        if different < k:
            raise InputError(_too_alike(k, len(points), different))
        candidates, split = take_split(try_every_k(sample, [k], seed)[0], points)
        return replace(_described(customers, rfm, scaling, split, previous_profiles), search=search_table(candidates))

    ks = range(k_min, min(k_max, different - 1) + 1)
    if different < FEWEST_DIFFERENT or not ks:
        return _nothing(_too_few(len(points), different, max(FEWEST_DIFFERENT, k_min + 1)))
    judged, chosen = choose_split(try_every_k(sample, ks, seed), points, rows, has_bought)
    if chosen is None:
        return replace(_nothing(_useless(ks)), search=search_table(judged))
    return replace(_described(customers, rfm, scaling, chosen, previous_profiles), search=search_table(judged))


def warm() -> None:
    """Imports what a fit needs: a second's work that a pipeline can do in a thread while it waits for SQL."""
    for module in ("sklearn.cluster", "sklearn.metrics", "scipy.optimize", "skops.io"):
        import_module(module)


def _by_customer_id(customers: pa.Table) -> pa.Table:
    """Sums of floats depend on their order in the last digit, so that order must not be the warehouse's."""
    ids = customers["customer_id"].to_numpy()
    if np.all(ids[1:] > ids[:-1]):
        return customers
    return customers.take(pa.array(np.argsort(ids, kind="stable")))


def _described(
    customers: pa.Table, rfm: Floats, scaling: FeatureScaling, split: Split, previous_profiles: pa.Table | None
) -> Clustering:
    """Numbers and names the clusters of a split, and writes the tables in the order of the numbers."""
    measures = cluster_measures(rfm, split.labels, len(split.centres))
    averages = np.column_stack([measures[average] for average in AVERAGES])
    numbers = number_clusters(averages, scaling.only(RFM), previous_profiles)
    order = np.argsort(numbers)
    centres = split.centres[order]
    names = name_clusters(centres[:, scaling.places(RFM)], averages[order, RFM.index("monetary")])
    return Clustering(
        assignments(customers["customer_id"], (numbers - 1)[split.labels], split.distances, names),
        profile_table({name: measure[order] for name, measure in measures.items()}, names),
        CLUSTER_SEARCH.empty_table(),
        ClusterModel(scaling, centres, tuple(names)),
    )


def _nothing(reason: str) -> Clustering:
    return Clustering(
        CUSTOMER_CLUSTERS.empty_table(),
        CLUSTER_PROFILES.empty_table(),
        CLUSTER_SEARCH.empty_table(),
        reason=f"No clusters: {reason}",
    )


def _too_few(customers: int, different: int, needed: int) -> str:
    return (
        f"of {customers} customers who ever bought, {different} differ in recency, frequency or monetary, and {needed} "
        "are needed. Land more orders, or set a small `k` under [clusters]."
    )


def _too_alike(k: int, customers: int, different: int) -> str:
    possible = f"{different} or less, or to " if different > 1 else ""
    return (
        f"k = {k} clusters cannot be made: {customers} customers have only {different} different combinations of "
        "recency, frequency and monetary, outliers counting as the 1st or 99th percentile. "
        f'Set `k` under [clusters] to {possible}"auto".'
    )


def _useless(ks: range) -> str:
    return (
        f"every k from {ks.start} to {ks.stop - 1} leaves more than 80 % of the customers in one cluster or less than "
        "1 % in another. Set `k` under [clusters] to a number to have that split all the same."
    )
