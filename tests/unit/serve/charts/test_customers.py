from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.unit.conftest import Published

from regulars.serve import charts
from regulars.serve.charts import customers
from regulars.serve.charts.basis import Missing
from regulars.serve.charts.customers import Axis, Cloud, layers, read_clusters_3d, read_scatter, spread
from regulars.serve.queries import Queries

PLOT_TYPES = ("frequency_monetary", "recency_frequency", "recency_monetary")


@pytest.mark.parametrize("plot_type", PLOT_TYPES)
def test_every_customer_of_the_window_is_a_point_with_the_values_of_the_mart(plot_type: str, shop: Queries) -> None:
    cloud = charts.read(shop, plot_type)
    x, y = plot_type.split("_")
    drawn = {
        (customer_id, float(across), float(up))
        for group in cloud.groups
        for customer_id, across, up in zip(group.customer_ids, group.x, group.y, strict=True)
    }
    rows = shop.sql(f"select customer_id, {x}, {y} from fct_customer_rfm where is_active").to_pylist()
    assert drawn == {(row["customer_id"], float(row[x]), float(row[y])) for row in rows}
    assert cloud.drawn == cloud.customers == len(rows)


def test_points_are_coloured_by_the_segments_of_the_map(shop: Queries) -> None:
    cloud = charts.read(shop, "recency_monetary")
    for group in cloud.groups:
        ids = ", ".join(map(str, group.customer_ids))
        found = shop.sql(f"select distinct segment from customer_segments where customer_id in ({ids})")
        assert found.column(0).to_pylist() == [group.name]
    colours = {row["segment"]: row["colour"] for row in shop.segments().to_pylist()}
    assert {group.name: group.colour for group in cloud.groups}.items() <= colours.items()


def test_the_sample_is_stated_and_always_the_same_and_part_of_the_larger_one(shop: Queries) -> None:
    with shop.session() as live:
        small, again, large = (read_scatter(live, "recency_monetary", "segment", size) for size in (10, 10, 30))
    assert isinstance(small, Cloud) and isinstance(again, Cloud) and isinstance(large, Cloud)
    assert _ids(small) == _ids(again)
    assert len(_ids(small)) == 10
    assert _ids(small) < _ids(large)
    assert small.words.subtitle.startswith(f"A sample of 10 of the {small.customers} customers who bought")
    # A hash, not the first ones.
    first = shop.sql("select customer_id from fct_customer_rfm where is_active order by 1 limit 10").column(0)
    assert _ids(small) != set(first.to_pylist())


def test_of_a_large_base_a_part_is_hashed_and_the_sample_is_as_large_and_nested_all_the_same(
    shop: Queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop.session() as live:
        everybody = read_scatter(live, "recency_monetary", "segment")
        assert isinstance(everybody, Cloud)
        # Half of the base is more than the candidates that are asked for, a quarter is not.
        monkeypatch.setattr(customers, "_CANDIDATES", everybody.customers // 3)
        small, large, most = (read_scatter(live, "recency_monetary", "segment", size) for size in (10, 30, 100_000))
    assert isinstance(small, Cloud) and isinstance(large, Cloud) and isinstance(most, Cloud)
    assert (len(_ids(small)), len(_ids(large))) == (10, 30)
    assert _ids(small) < _ids(large) < _ids(most)
    assert _ids(most) == {customer_id for customer_id in _ids(everybody) if customer_id % 2 == 0}
    assert small.customers == everybody.customers


def test_clusters_are_drawn_where_the_mart_places_them(clustered: Published) -> None:
    queries = clustered.queries
    cloud = charts.read(queries, "clusters_3d")
    places = {
        customer_id: (round(float(x), 6), round(float(y), 6), round(float(z), 6))
        for group in cloud.groups
        for customer_id, x, y, z in zip(group.customer_ids, group.x, group.y, group.z, strict=True)
    }
    rows = queries.sql("select customer_id, x, y, coalesce(z, 0) as z from customer_clusters").to_pylist()
    assert places == {row["customer_id"]: (float(row["x"]), float(row["y"]), float(row["z"])) for row in rows}
    assert len(cloud.groups) == queries.sql("select count(*) from cluster_profiles").column(0)[0].as_py()
    assert len({group.colour for group in cloud.groups}) == len(cloud.groups)


def test_without_clusters_it_says_so_and_names_the_command(
    without: Callable[..., Queries], published: Published
) -> None:
    queries = without(published, "marts.customer_clusters")
    for found in (charts.read(queries, "clusters_3d"), charts.read(queries, "recency_monetary", coloured_by="cluster")):
        assert isinstance(found, Missing)
        assert "no clusters" in found.reason
        assert "`regulars run`" in found.repair


def test_nobody_in_the_window_is_said(nobody_bought: Queries) -> None:
    with nobody_bought.session() as live:
        assert isinstance(read_scatter(live, "recency_monetary", "segment"), Missing)
        assert isinstance(read_clusters_3d(live), Missing)


def test_whole_numbers_are_spread_by_less_than_halfway_and_always_alike(shop: Queries) -> None:
    cloud = charts.read(shop, "frequency_monetary")
    for group in cloud.groups:
        drawn = spread(group, cloud.axes[0], group.x)
        assert float(np.abs(drawn - group.x).max()) < 0.5
        np.testing.assert_array_equal(drawn, spread(group, cloud.axes[0], group.x))
        np.testing.assert_array_equal(spread(group, Axis("money"), group.y), group.y)


def test_layers_hold_every_point_once(shop: Queries) -> None:
    for group in charts.read(shop, "recency_monetary").groups:
        parts = layers(group)
        assert sorted(customer for part in parts for customer in part.customer_ids) == sorted(group.customer_ids)
        assert sum(len(part.x) for part in parts) == len(group.x)


def _ids(cloud: Cloud) -> set[int]:
    return {customer for group in cloud.groups for customer in group.customer_ids}
