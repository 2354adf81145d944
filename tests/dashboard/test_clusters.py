"""The clusters: seen flat and in space, one of them chosen by a click, its customers listed and taken along."""

from __future__ import annotations

from tests.dashboard.hands import clicked_on, taken
from tests.dashboard.visiting import Visit


def test_a_click_on_a_cluster_shows_its_customers(visit: Visit) -> None:
    visit.open("clusters")
    clusters = visit.rows("Clusters")
    assert len(clusters) >= 2
    clicked_on(visit, "profiles", 0.5, 0.5 / len(clusters))
    name, customers = clusters[0][0], clusters[0][1]
    assert visit.query == f"cluster={name}"
    assert visit.page.get_by_role("heading", name=f"Customers of {name}").is_visible()
    assert sum(int(row[1]) for row in visit.rows("Segments of the cluster")) == int(customers)
    assert len(taken(visit, "cluster_customers_file")) == int(customers)


def test_the_choice_of_k_is_shown_and_the_address_keeps_the_view(visit: Visit) -> None:
    visit.open("clusters", view="In space", cluster="nobody")
    visit.page.locator(".st-key-clusters_3d canvas").first.wait_for()
    assert "Customers of all clusters" in visit.text, "what is no cluster is left out"
    assert "splits that were tried" in visit.text
    assert visit.page.locator(".st-key-search .js-plotly-plot").is_visible()
    visit.page.get_by_text("All splits that were tried, as a table").click()
    visit.settled()
    assert [row[-1] for row in visit.rows("Splits")].count("yes") == 1
