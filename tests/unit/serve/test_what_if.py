"""Other cut points: nobody moves by the published ones, and a customer moves exactly when the scores say so."""

from __future__ import annotations

from decimal import Decimal

import pytest

from regulars import marts
from regulars.errors import InputError
from regulars.serve import what_if
from regulars.serve.queries import Queries


def test_nobody_moves_by_the_published_cut_points(shop: Queries) -> None:
    with shop.session() as live:
        published = what_if.published_cuts(live)
        assert published is not None and published["bins"] == 5
        moved = what_if.moves(live, published["cuts"]).to_pylist()
        assert sum(row["customers"] for row in moved) == shop.basis().customers
        assert [row for row in moved if row["from_segment"] != row["to_segment"]] == []
        assert what_if.movers(live, published["cuts"], 10).num_rows == 0


def test_whoever_moves_has_the_segment_of_the_new_scores(shop: Queries) -> None:
    with shop.session() as live:
        published = what_if.published_cuts(live)
        assert published is not None
        recency, frequency, monetary = published["cuts"]
        # Only who bought yesterday has the best score of recency, and nobody less than the worst.
        cuts = ((*recency[:3], Decimal(2)), frequency, monetary)
        moved = what_if.movers(live, cuts, 1000).to_pylist()
        assert moved
        people = live.query(f"select * from {marts.FCT_CUSTOMER_RFM}").to_pylist()
        codes = {
            (row["r_score"], row["f_score"], row["m_score"], row["is_single_order"]): row["segment"]
            for row in live.query("select * from settings.segment_codes").to_pylist()
        }
    wanted = {}
    for person in people:
        score = person["r_score"]
        if score == 5 and person["recency"] >= 2:
            score = 4
        segment = codes[score, person["f_score"], person["m_score"], person["is_single_order"]]
        if segment != person["segment"]:
            wanted[person["customer_id"]] = segment
    assert {row["customer_id"]: row["new_segment"] for row in moved} == wanted


def test_counts_before_and_after_are_of_the_same_people(shop: Queries) -> None:
    with shop.session() as live:
        published = what_if.published_cuts(live)
        assert published is not None
        moved = what_if.moves(live, (published["cuts"][0], published["cuts"][1], (Decimal(0),) * 4))
    before, after = what_if.counted(moved, "from_segment"), what_if.counted(moved, "to_segment")
    assert sum(n for n, _ in before.values()) == sum(n for n, _ in after.values()) == shop.basis().customers
    assert sum(r for _, r in before.values()) == sum(r for _, r in after.values())


@pytest.mark.parametrize("place", [0, 1, 2])
def test_cut_points_out_of_order_are_refused_by_name(shop: Queries, place: int) -> None:
    with shop.session() as live:
        published = what_if.published_cuts(live)
        assert published is not None
        cuts = [*published["cuts"]]
        cuts[place] = tuple(reversed(cuts[place]))
        with pytest.raises(InputError, match=("recency", "frequency", "monetary")[place]):
            what_if.moves(live, (cuts[0], cuts[1], cuts[2]))


def test_without_orders_there_is_nothing_to_cut(nobody_bought: Queries) -> None:
    with nobody_bought.session() as live:
        assert what_if.published_cuts(live) is None
