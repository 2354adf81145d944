"""Blocks are taken from the smallest up, until the pairs are spent."""

from __future__ import annotations

import pytest

from regulars.engines.scratch import scratch_database
from regulars.identity.blocking import BlockingRule, affordable_pairs, block, blocking_rules

RULES = [BlockingRule("city", ("city",)), BlockingRule("city and name", ("city", "name[1]"))]


def _blocked(most_pairs: float) -> list[tuple[int | None, ...]]:
    """Per record, how many records share its block of each rule."""
    with scratch_database() as connection:
        connection.execute("create table people (record_number bigint, city varchar, name varchar)")
        cities = ["big"] * 5 + ["small"] * 2 + ["alone", None, None]
        for number, city in enumerate(cities):
            connection.execute("insert into people values ($1, $2, $3)", [number, city, "ab"[number % 2] + "x"])
        block(connection, RULES, most_pairs)
        return connection.execute(
            "select case when block_0 is not null then count(*) over (partition by block_0) end,"
            " case when block_1 is not null then count(*) over (partition by block_1) end"
            " from people_blocked order by record_number"
        ).fetchall()


@pytest.mark.parametrize(
    ("most_pairs", "by_city"),
    [(0, [None] * 10), (1, [None] * 5 + [2, 2] + [None] * 3), (11, [5] * 5 + [2, 2] + [None] * 3)],
)
def test_small_blocks_come_first_and_the_last_that_fits_is_taken(most_pairs, by_city) -> None:
    assert [row[0] for row in _blocked(most_pairs)] == by_city


def test_a_record_that_lacks_a_column_or_stands_alone_has_no_block() -> None:
    assert [row[1] for row in _blocked(100)] == [3, 2, 3, 2, 3, None, None, None, None, None]


def test_rules_over_empty_columns_are_left_out_and_the_work_grows_with_the_records() -> None:
    assert [rule.name for rule in blocking_rules({"email", "email_name"})] == [
        "e-mail", "e-mail before the @", "beginning of the e-mail",
    ]  # fmt: skip
    assert affordable_pairs(2_000_000) == 2 * affordable_pairs(1_000_000)
