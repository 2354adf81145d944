"""Segments beside those of another day or map."""

from __future__ import annotations

from regulars import marts
from regulars.serve import comparing
from regulars.serve.queries import Queries


def test_a_day_of_the_history_has_everybody_known_then(shop: Queries) -> None:
    with shop.session() as live:
        days = comparing.history_days(live)
        assert days == sorted(days, reverse=True) and len(days) > 3
        counted = comparing.segments_on(live, days[0])
        [known] = live.query(f"select count(*) as n from {marts.RFM_HISTORY} where as_of = $1", (days[0],)).to_pylist()
    assert sum(customers for customers, _ in counted.values()) == known["n"]


def test_another_map_puts_everybody_somewhere_by_the_same_scores(shop: Queries) -> None:
    with shop.session() as live:
        maps = comparing.maps_that_fit(live)
        assert maps == ["ten", "eight"]
        for name in maps:
            rows = comparing.segments_by_map(live, name)
            assert sum(row["customers"] for row in rows) == shop.basis().customers
            assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)


def test_the_published_map_gives_what_is_published(shop: Queries) -> None:
    with shop.session() as live:
        rows = comparing.segments_by_map(live, "eleven")
    assert [(row["segment"], row["customers"], row["revenue"]) for row in rows] == [
        (row["segment"], row["customers"], row["revenue"]) for row in shop.segments().to_pylist()
    ]


def test_without_history_there_are_no_days(nobody_bought: Queries) -> None:
    with nobody_bought.session() as live:
        assert comparing.history_days(live) == []
