from __future__ import annotations

from tests.unit.conftest import Published

from regulars.serve import charts
from regulars.serve.charts.basis import Missing
from regulars.serve.queries import Queries


def test_each_index_has_every_split_and_one_of_them_is_published(clustered: Published) -> None:
    found = charts.read(clustered.queries, "cluster_search")
    tried = clustered.queries.sql("select count(*) from learned.cluster_search").column(0)[0].as_py()
    for panel in found.panels:
        assert len(panel.splits) == tried
        assert [split.is_chosen for split in panel.splits].count(True) == 1
    assert {"Silhouette", "Davies-Bouldin"} <= {panel.name for panel in found.panels}
    drawn = charts.plotted("cluster_search", found)
    assert all(list(trace.marker.symbol).count("diamond") == 1 for trace in drawn.data)


def test_the_traits_of_the_clusters_average_to_everybody_s(clustered: Published) -> None:
    found = charts.read(clustered.queries, "cluster_profiles")
    customers = sum(profile.customers for profile in found.profiles)
    for place in range(len(found.traits)):
        mean = sum(profile.customers * profile.traits[place].times_all for profile in found.profiles) / customers
        assert abs(mean - 1) < 0.01
        assert max(profile.traits[place].share for profile in found.profiles) == 1
    assert "keep them first" in found.conclusion
    chosen = charts.plotted("cluster_profiles", found).data[1].customdata
    assert {cluster for [cluster] in chosen} == {profile.cluster_id for profile in found.profiles}


def test_in_two_dimensions_are_the_customers_of_three(clustered: Published) -> None:
    flat, deep = (charts.read(clustered.queries, name) for name in ("clusters_2d", "clusters_3d"))
    assert len(flat.axes) == 2 and len(deep.axes) == 3
    assert [group.customer_ids for group in flat.groups] == [group.customer_ids for group in deep.groups]
    assert all((one.x == other.x).all() for one, other in zip(flat.groups, deep.groups, strict=True))


def test_without_clusters_the_charts_say_so(nobody_bought: Queries) -> None:
    for name in ("clusters_2d", "cluster_search", "cluster_profiles"):
        assert isinstance(charts.read(nobody_bought, name), Missing)
