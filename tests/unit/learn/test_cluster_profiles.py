from __future__ import annotations

import numpy as np

from regulars import catalog
from regulars.learn.cluster_profiles import cluster_measures, profile_table

RFM = np.array([[10.0, 1, 5], [20, 3, 15], [60, 2, 10], [300, 1, -4]])
LABELS = np.array([1, 1, 1, 0])


def test_counts_shares_averages_medians_and_totals_are_of_each_clusters_customers() -> None:
    rows = profile_table(cluster_measures(RFM, LABELS, 2), ["Lost", "Champions"]).to_pylist()
    assert rows[1] == {
        "cluster_id": 2,
        "cluster_name": "Champions",
        "customers": 3,
        "share": 0.75,
        "avg_recency": 30.0,
        "avg_frequency": 2.0,
        "avg_monetary": 10.0,
        "median_recency": 20.0,
        "median_frequency": 2.0,
        "median_monetary": 10.0,
        "total_monetary": 30.0,
    }
    assert (rows[0]["customers"], rows[0]["total_monetary"]) == (1, -4.0)


def test_a_missing_value_is_left_out_of_the_averages() -> None:
    rfm = RFM.copy()
    rfm[2, 2] = np.nan
    assert cluster_measures(rfm, LABELS, 2)["avg_monetary"].tolist() == [-4.0, 10.0]


def test_the_columns_are_those_of_the_contract() -> None:
    table = profile_table(cluster_measures(RFM, LABELS, 2), ["Lost", "Champions"])
    assert tuple(table.column_names) == catalog.CLUSTER_PROFILES.column_names
