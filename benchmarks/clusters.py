"""Finding the clusters of a million customers, against a floor of the same run.

The floor is one fit of scikit-learn's k-means with the k that was chosen, on features that are scaled already. Run it
on a quiet machine:

    python benchmarks/clusters.py --customers 1000000
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa


def main() -> None:
    """Makes customers, times both, and prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    _find(_customers(asked.customers), asked.rounds)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def _find(customers: pa.Table, rounds: int) -> None:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    from regulars.learn.clusters import Search, find_clusters, warm
    from regulars.learn.features import RFM_FEATURES, feature_values

    warm()
    found = find_clusters(customers)
    model = found.model
    assert model is not None, found.reason
    points = model.scaling.transform(feature_values(customers, RFM_FEATURES))
    with threadpool_limits(1):
        floor = _best(rounds, lambda: KMeans(len(model.names), n_init=1, random_state=7).fit(points))
    seconds = _best(rounds, lambda: find_clusters(customers, Search(bootstraps=10)))
    every = _best(1, lambda: find_clusters(customers, Search(algorithm="auto", bootstraps=10)))
    print(f"{customers.num_rows:,} customers, k-means and k chosen: {seconds:.1f} s, {len(model.names)} clusters")
    print(f"floor, one k-means fit: {floor:.1f} s; ratio {seconds / floor:.1f}")
    print(f"all six algorithms compared: {every:.1f} s")


def _customers(size: int) -> pa.Table:
    rng = np.random.default_rng(5)
    frequency = rng.negative_binomial(1, 0.3, size)
    spent = np.round(frequency * rng.lognormal(3.5, 0.8, size), 2)
    recency = np.where(frequency == 0, 366, rng.integers(1, 366, size))
    return pa.table(
        {"customer_id": np.arange(1, size + 1), "recency": recency, "frequency": frequency, "monetary": spent}
    )


def _best(rounds: int, work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
