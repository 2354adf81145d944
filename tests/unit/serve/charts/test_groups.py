from __future__ import annotations

import numpy as np
import pytest

from regulars.serve import charts
from regulars.serve.charts.basis import Missing
from regulars.serve.queries import Queries


def test_bars_are_the_segments_of_the_mart_in_the_maps_order(shop: Queries) -> None:
    found = charts.read(shop, "segments")
    rows = shop.sql("select segment, customers, revenue, colour from segment_metrics order by position").to_pylist()
    assert [(bar.name, bar.customers, round(bar.revenue, 2), bar.colour) for bar in found.bars] == [
        (row["segment"], row["customers"], float(row["revenue"]), row["colour"]) for row in rows
    ]
    assert "EUR in total" in found.words.subtitle


def test_the_grid_counts_everyone_with_scores_once(shop: Queries) -> None:
    found = charts.read(shop, "score_grid")
    assert len(found.cells) == found.bins**2
    for cell in found.cells:
        counted = shop.sql(
            f"select count(*) from fct_customer_rfm where r_score = {cell.recency} and f_score = {cell.frequency}"
        )
        assert cell.customers == counted.column(0)[0].as_py()
    assert sum(cell.share for cell in found.cells) == pytest.approx(1)


def test_the_curve_of_concentration_is_that_of_the_sorted_spend(shop: Queries) -> None:
    found = charts.read(shop, "concentration")
    spend = np.array(
        [float(v) for v in shop.sql("select monetary from fct_customer_rfm where monetary > 0").column(0).to_pylist()]
    )
    running = np.cumsum(np.sort(spend)[::-1]) / spend.sum()
    places = np.rint(found.x * len(spend)).astype(int)
    np.testing.assert_allclose(found.y, running[places - 1], rtol=1e-9)
    assert found.x[-1] == found.y[-1] == 1
    assert (np.diff(found.y) >= 0).all() and (np.diff(found.x) > 0).all()
    for share, value in found.best:
        first = int(np.ceil(share * len(spend) - 1e-6))
        assert value >= running[first - 1] - 1e-9


@pytest.mark.parametrize("name", ["score_grid", "concentration"])
def test_without_orders_it_says_why(name: str, nobody_bought: Queries) -> None:
    found = charts.read(nobody_bought, name)
    assert isinstance(found, Missing)
    assert "regulars run" in found.repair
