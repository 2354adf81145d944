from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.unit.conftest import Published

from regulars.serve import health_views
from regulars.serve.queries import Queries


def test_the_bands_hold_every_score_and_the_list_of_one_is_as_long(shop: Queries) -> None:
    with shop.session() as live:
        found = health_views.bands(live)
        assert [band.name for band in found] == list(health_views.BANDS)
        assert sum(band.customers for band in found) == 80
        for band in found:
            assert health_views.count_of(live, band.name) == band.customers
            listed = health_views.standing(live, 1, 100, band.name)
            assert set(listed["health"].to_pylist()) == ({band.name} if band.customers else set())
            for score in listed["health_score"].to_pylist():
                assert score >= health_views.BANDS[band.name]


def test_the_points_are_below_their_weights_and_these_sum_to_a_hundred(shop: Queries) -> None:
    with shop.session() as live:
        most = health_views.weights(live)
        for band in health_views.bands(live):
            assert all(points <= limit for points, limit in zip(band.points, most.values(), strict=True))
        scores = health_views.scores(live).to_pylist()
    assert sum(most.values()) == pytest.approx(100)
    assert sum(row["customers"] for row in scores) == 80
    assert all(row["score_from"] % 5 == 0 and 0 <= row["score_from"] <= 95 for row in scores)


def test_those_at_risk_come_with_the_most_spent_first(shop: Queries) -> None:
    with shop.session() as live:
        at_risk = health_views.standing(live, 1, 100)
        assert at_risk.num_rows == health_views.count_of(live)
        segment = at_risk["segment"][0].as_py()
        of_segment = health_views.standing(live, 1, 100, None, segment)
    assert all(score < 40 for score in at_risk["health_score"].to_pylist())
    spent = at_risk["monetary"].to_pylist()
    assert spent == sorted(spent, reverse=True)
    assert of_segment.num_rows == at_risk["segment"].to_pylist().count(segment) > 0


def test_without_scores_it_is_said(published: Published, without: Callable[..., Queries]) -> None:
    with without(published, "marts.customer_health").session() as live:
        assert not health_views.has_health(live)
