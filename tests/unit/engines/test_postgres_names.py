"""Schemas are found in SQL as a reader of SQL finds them, and nowhere else."""

from __future__ import annotations

import pytest

from regulars.engines.postgres_names import Names

NAMES = Names({"marts": "marts__next", "ops": "ops__next"}, {"ops": "ops", "staging": "staging"})


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("select * from marts.orders", "select * from marts__next.orders"),
        ('select * from MARTS . "orders"', 'select * from marts__next . "orders"'),
        ("select * from durable.ops.loads, ops.runs", "select * from ops.loads, ops__next.runs"),
        ("select * from durable.marts.x", "select * from durable.marts.x"),
        ("select 'marts.orders', 'it''s ops.runs'", "select 'marts.orders', 'it''s ops.runs'"),
        (r"select e'\'marts.orders', marts.f()", r"select e'\'marts.orders', marts__next.f()"),
        ('select "marts.orders" from x -- ops.runs', 'select "marts.orders" from x -- ops.runs'),
        (
            "select /* marts.x */ $$ops.x$$, $a$ops.x$a$, ops.x",
            "select /* marts.x */ $$ops.x$$, $a$ops.x$a$, ops__next.x",
        ),
        ("select $1, marts.a from marts.a where b = $2", "select $1, marts__next.a from marts__next.a where b = $2"),
        ("select other.marts.x, amarts.y, marts", "select other.marts.x, amarts.y, marts"),
        ("select ops.total from sales as ops", "select ops.total from sales as ops"),
        ("select ops.total from (select 1 as total) ops", "select ops.total from (select 1 as total) ops"),
        ("create schema marts", "create schema marts"),
    ],
)
def test_a_schema_is_translated_where_it_is_one(written: str, sent: str) -> None:
    assert NAMES.sql(written) == sent


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("marts.orders", ("marts__next", "orders")),
        ("durable.ops.loads", ("ops", "loads")),
        ('raw."my.file ""x"""', ("raw", 'my.file "x"')),
        ("elsewhere.t", ("elsewhere", "t")),
    ],
)
def test_a_table_has_a_schema_and_a_plain_name(written: str, found: tuple[str, str]) -> None:
    assert NAMES.table(written) == found
