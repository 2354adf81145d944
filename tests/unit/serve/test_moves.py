from __future__ import annotations

from regulars.serve import moves
from regulars.serve.charts.history import migration_dates
from regulars.serve.queries import Queries


def test_the_causes_of_every_move_add_up_to_its_customers_and_the_list_has_them(shop: Queries) -> None:
    with shop.session() as live:
        dates = migration_dates(live)
        seen = 0
        for as_of in dates[-4:]:
            for row in moves.moves(live, as_of).to_pylist():
                assert row["customers"] == sum(row[column] for column in moves.CAUSES), row
                way = ((row["from_segment"], row["to_segment"]),)
                listed = moves.movers(live, as_of, way, 1, 500)
                assert listed.num_rows == row["customers"] == moves.count_of(live, as_of, way)
                assert set(listed["from_segment"].to_pylist()) == {row["from_segment"]}
                seen += 1
    assert seen > 4


def test_all_ways_together_are_all_moves(shop: Queries) -> None:
    with shop.session() as live:
        as_of = migration_dates(live)[-2]
        found = moves.moves(live, as_of)
        assert moves.count_of(live, as_of, ()) == sum(found["customers"].to_pylist())
        first, second = (moves.movers(live, as_of, (), number, 3)["customer_id"].to_pylist() for number in (1, 2))
    assert not set(first) & set(second)
    known = [row for row in found.to_pylist() if row["from_segment"] != moves.NOT_KNOWN]
    assert sum(moves.causes(found).values()) == sum(row["customers"] for row in known)
