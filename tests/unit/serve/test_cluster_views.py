from __future__ import annotations

from collections.abc import Callable

from tests.unit.conftest import Published

from regulars.serve import cluster_views
from regulars.serve.queries import Queries


def test_the_chosen_split_is_the_published_one(clustered: Published) -> None:
    with clustered.queries.session() as live:
        found = cluster_views.tried(live)
        split = cluster_views.chosen(found)
        profiles = cluster_views.profiles(live)
    assert split is not None
    assert split.k == profiles.num_rows and split.tried == found.num_rows > 1
    [row] = [row for row in found.to_pylist() if row["is_chosen"]]
    assert (split.algorithm, split.silhouette) == (row["algorithm"], row["silhouette"])
    words = cluster_views.chosen_words(split)
    assert f"{split.k} clusters" in words and f"{split.silhouette:.2f}" in words


def test_the_segments_of_the_clusters_add_up_to_their_customers(clustered: Published) -> None:
    with clustered.queries.session() as live:
        everybody = sum(cluster_views.segments_of(live)["customers"].to_pylist())
        sizes = {row["cluster_id"]: row["customers"] for row in cluster_views.profiles(live).to_pylist()}
        by_cluster = {
            cluster: sum(cluster_views.segments_of(live, cluster)["customers"].to_pylist()) for cluster in sizes
        }
    assert by_cluster == sizes
    assert everybody == sum(sizes.values()) == 60


def test_who_asked_for_one_k_is_told_that_no_other_was_tried() -> None:
    asked = cluster_views.Chosen("kmeans", "k = 3", 3, 0.5, None, tried=1, useful=1, has_best_silhouette=True)
    assert cluster_views.chosen_words(asked) == "3 clusters (kmeans, k = 3), as the settings ask; no other was tried."


def test_without_clusters_nothing_is_chosen(
    published: Published, nobody_bought: Queries, without: Callable[..., Queries]
) -> None:
    with without(published, "learned.cluster_search", "marts.cluster_profiles").session() as live:
        assert cluster_views.chosen(cluster_views.tried(live)) is None
        assert not cluster_views.has_clusters(live)
    with nobody_bought.session() as live:
        assert not cluster_views.has_clusters(live)
