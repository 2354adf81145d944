"""A customer's values, scores and segment on any day, by bands that hold their lower edge and not their upper one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.unit.segments.yardsticks import AS_OF, WINDOW, bought, yardstick

from regulars.segments.standing import Band, score_on, what_if

DAY = dt.timedelta(days=1)
SIX = yardstick()


def test_an_order_on_the_last_day_of_the_window_counts_and_one_a_day_older_does_not() -> None:
    purchases = bought((WINDOW, "50"), (WINDOW + 1, "70"), (1, "5"))
    standing = score_on(SIX, purchases, AS_OF)
    assert (standing.recency, standing.frequency, standing.monetary) == (1, 2, Decimal("55"))


def test_refunds_lower_money_on_their_own_day_and_are_no_orders() -> None:
    purchases = bought((40, "120"), refunds=((10, "50"), (WINDOW + 5, "1000")))
    standing = score_on(SIX, purchases, AS_OF)
    assert (standing.recency, standing.frequency, standing.monetary) == (40, 1, Decimal("70"))
    later = score_on(SIX, purchases, AS_OF + (WINDOW - 40) * DAY)
    assert later.monetary == Decimal("70")
    assert not score_on(SIX, purchases, AS_OF + (WINDOW - 39) * DAY).is_active


@pytest.mark.parametrize(("days", "score"), [(29, 3), (30, 2), (179, 2), (180, 1)])
def test_a_cut_point_belongs_to_the_band_above_it(days: int, score: int) -> None:
    standing = score_on(SIX, bought((days, "99.99")), AS_OF)
    assert standing.code is not None
    assert (standing.code.r_score, standing.code.m_score) == (score, 1)
    assert score_on(SIX, bought((days, "100")), AS_OF).code == standing.code._replace(m_score=2)


def test_whoever_left_the_window_scores_one_thrice_and_whoever_never_bought_is_a_prospect() -> None:
    lapsed = score_on(SIX, bought((WINDOW + 1, "500")), AS_OF)
    assert (lapsed.recency, lapsed.monetary, lapsed.segment, lapsed.is_active) == (WINDOW + 1, 0, "Inactive", False)
    assert lapsed.code is not None and lapsed.code.digits == "111" and lapsed.code.is_single_order
    never = score_on(SIX, bought(refunds=((3, "9"),)), AS_OF)
    assert (never.code, never.segment) == (None, "Prospect")


def test_a_single_order_is_one_in_a_lifetime_not_in_the_window() -> None:
    eight = yardstick((180, 90, 60, 30), (2, 3, 4, 5), ("10", "20", "30", "40"), segment_map="eight")
    assert score_on(eight, bought((5, "15")), AS_OF).segment == "New"
    assert score_on(eight, bought((5, "15"), (WINDOW + 100, "1")), AS_OF).segment == "Promising"
    assert what_if(eight, bought(), AS_OF, 1, Decimal("15")).segment == "New"


def test_a_score_that_nobody_has_is_skipped() -> None:
    gap = yardstick()
    bands = {**gap.bands, "frequency": (Band(1, None, Decimal(4)), Band(2, None, None), Band(3, Decimal(4), None))}
    gap = type(gap)(gap.window_days, gap.methods, bands, gap.codes, gap.segments)
    assert [gap.score("frequency", orders) for orders in (1, 3, 4)] == [1, 1, 3]
    assert [band.is_empty for band in bands["frequency"]] == [False, True, False]


def test_orders_that_are_only_imagined_add_up_with_those_there_are() -> None:
    then = what_if(SIX, bought((100, "60"), (50, "30")), AS_OF + DAY, 2, Decimal("10"))
    assert (then.recency, then.frequency, then.monetary) == (1, 4, Decimal("100"))
    assert then.code is not None and then.code.digits == "332"
