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


def test_those_in_no_cluster_have_the_last_row_and_the_shares_add_up() -> None:
    rows = profile_table(cluster_measures(RFM, np.array([1, -1, -1, 0]), 2), ["Lost", "Champions"]).to_pylist()
    assert [(row["cluster_id"], row["cluster_name"]) for row in rows] == [
        (1, "Lost"),
        (2, "Champions"),
        (-1, "Not clustered"),
    ]
    assert (rows[2]["customers"], rows[2]["avg_recency"]) == (2, 40.0)
    assert sum(row["share"] for row in rows) == 1


def test_averages_of_values_that_are_all_missing_are_null() -> None:
    rfm = RFM.copy()
    rfm[3, 2] = np.nan
    [lost, _] = profile_table(cluster_measures(rfm, LABELS, 2), ["Lost", "Champions"]).to_pylist()
    assert (lost["avg_monetary"], lost["median_monetary"], lost["total_monetary"]) == (None, None, 0)
