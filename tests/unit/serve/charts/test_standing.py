from __future__ import annotations

from regulars.serve import charts
from regulars.serve.charts.standing import COLOURS
from regulars.serve.charts.theme import DARK, LIGHT, contrast
from regulars.serve.queries import Queries


def test_the_bars_are_shares_of_the_customers_and_of_the_revenue(shop: Queries) -> None:
    drawn = charts.figure(shop, "health")
    for trace in drawn.data:
        assert abs(sum(trace.x) - 1) < 1e-9
        assert [name for name, _ in trace.customdata] == list(COLOURS)


def test_the_points_of_the_factors_are_those_of_the_mart(shop: Queries) -> None:
    found = charts.read(shop, "health_factors")
    rows = shop.sql("select health, avg(health_score) as score from customer_health group by health").to_pylist()
    for band in found.bands:
        [score] = [float(row["score"]) for row in rows if row["health"] == band.name]
        assert abs(sum(band.points) - score) < 1e-6
    assert "Most points are lost by" in found.conclusion


def test_the_colours_of_the_bands_are_seen_on_both_backgrounds() -> None:
    for colour in COLOURS.values():
        assert contrast(colour, LIGHT.background) >= 3 and contrast(colour, DARK.background) >= 3
