from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

import pytest
from tests.unit.conftest import Published

from regulars.errors import InputError
from regulars.serve import value_views
from regulars.serve.queries import Queries


def test_the_bins_hold_everyone_once_and_all_the_value(shop: Queries) -> None:
    [whole] = shop.sql("select count(*) as n, sum(expected_value_90) as value from customer_clv").to_pylist()
    with shop.session() as live:
        bins = value_views.spread(live, 90)
        for each in bins:
            assert value_views.count_of(live, 90, (each.low, each.high)) == each.customers
    assert sum(each.customers for each in bins) == whole["n"]
    assert sum(each.value for each in bins) == whole["value"]
    assert all(low.high == high.low for low, high in pairwise(bins))


def test_the_top_is_in_order_and_goes_on_where_a_page_ends(shop: Queries) -> None:
    with shop.session() as live:
        pages = [value_views.top(live, 365, number, 7) for number in (1, 2)]
        both = value_views.top(live, 365, 1, 14)
    assert [*pages[0]["customer_id"].to_pylist(), *pages[1]["customer_id"].to_pylist()] == both[
        "customer_id"
    ].to_pylist()
    values = both["expected_value"].to_pylist()
    assert values == sorted(values, reverse=True)
    for row in both.to_pylist():
        if row["lowest_value"] is not None:
            assert row["lowest_value"] <= row["highest_value"]


def test_the_top_of_segments_is_theirs_alone(shop: Queries) -> None:
    with shop.session() as live:
        by_segment = {row["segment"]: row["customers"] for row in value_views.by_segment(live, 30).to_pylist()}
        segment = max(by_segment, key=lambda name: by_segment[name])
        found = value_views.top(live, 30, 1, 100, segments=(segment,))
        assert value_views.count_of(live, 30, segments=(segment,)) == by_segment[segment] == found.num_rows
    assert set(found["segment"].to_pylist()) == {segment}
    assert sum(by_segment.values()) == 80


def test_ranges_are_named_with_their_ends() -> None:
    assert value_views.bin_words(value_views.Bin(0, None, Decimal(1), 3, Decimal(1)), "EUR") == "under 1 EUR"
    assert value_views.bin_words(value_views.Bin(9, Decimal(500), Decimal(1000), 3, Decimal(1)), "") == "500 to 1,000"


def test_days_that_are_not_foretold_are_refused(
    shop: Queries, published: Published, without: Callable[..., Queries]
) -> None:
    with shop.session() as live, pytest.raises(InputError, match="30, 90, 365 days, and not for 7"):
        value_views.top(live, 7, 1, 10)
    with without(published, "marts.customer_clv").session() as live:
        assert not value_views.has_values(live)
