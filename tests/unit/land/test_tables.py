"""What is wrong with a mapped table is told with the repair, and nothing is changed by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import InputError, RegularsError, SettingsError
from regulars.land.table_trial import preview_table, try_table
from regulars.land.tables import TablesReport, map_tables
from regulars.land.tombstones import remember
from regulars.settings import Settings

ORDERS = {"kind": "table", "table": "sales.orders", "entity": "orders"}
Map = Callable[..., TablesReport]


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    return engine


@pytest.fixture
def durable(engine: DuckDBEngine) -> Iterator[Session]:
    with engine.durable() as session:
        session.execute("create schema sales")
        session.execute(
            "create table sales.orders as select * from (values"
            " ('a', 'c1', timestamp '2025-01-02', 10.5), ('b', 'c2', timestamp '2025-02-03', 3)"
            ") as orders (order_id, customer, ordered_at, total)"
        )
        yield session


@pytest.fixture
def map_orders(durable: Session, engine: DuckDBEngine) -> Map:
    def run(full_refresh: bool = False, **source: Any) -> TablesReport:
        sources = {"lake": ORDERS | source} if source else {}
        settings = Settings.model_validate({"sources": sources})
        return map_tables(durable, engine, settings, refresh=full_refresh)

    return run


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ({"table": "sales.order"}, InputError, ["such table. It has: sales.orders. The nearest is sales.orders."]),
        ({"table": "lake/*.parquet"}, InputError, ["maps lake/*.parquet, and no Parquet file is there"]),
        ({"table": "staging.orders"}, SettingsError, ["which Regulars keeps for itself"]),
        (
            {"entity": "order_lines"},
            InputError,
            ["Column quantity, unit_price is missing from sales.orders", "It has: order_id, customer, ordered_at"],
        ),
        ({"fields": {"colour": "1"}}, SettingsError, ["names colour, which orders do not have"]),
        (
            {"fields": {"store": "stoer", "amount": "totla * 2"}},
            SettingsError,
            ["2 field(s)", "store = stoer: ", "amount = totla * 2: ", "The columns are: order_id, customer"],
        ),
        (
            {"fields": {"amount": "cast(total as varchar)", "ordered_at": "total"}},
            SettingsError,
            ["amount = cast(total as varchar): gives string and must be a number, e.g. cast(cast(total", "a date or"],
        ),
        ({"fields": {"store": "[total]"}}, SettingsError, ["store = [total]: gives list"]),
        (
            {"fields": {"store": "cast(order_id as integer)"}},
            InputError,
            ["fails on a row of sales.orders: Conversion Error: Could not convert string 'a'"],
        ),
        ({"fields": {"order_id": "'x'"}}, InputError, ["has order_id more than once, such as x (2 times)"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(
    map_orders: Map, durable: Session, source: dict[str, Any], kind: type[RegularsError], words: list[str]
) -> None:
    with pytest.raises(kind) as error:
        map_orders(**source)
    assert [word for word in words if word not in str(error.value)] == []
    assert durable.query("select * from ops.loads").num_rows == 0
    assert durable.query("select * from staging.known_orders").num_rows == 0


def test_a_stamp_is_entered_when_it_says_something_new(map_orders: Map, durable: Session) -> None:
    for _ in range(2):
        assert map_orders(table="sales.orders").summary == "1 table(s) mapped, 2 rows"
        assert durable.query("select load_id, status from ops.loads").to_pylist() == [
            {"load_id": 1, "status": "mapped"}
        ]
    durable.execute("insert into sales.orders values ('c', 'c1', '2025-03-01', 4), ('d', 'c1', null, 4)")
    report = map_orders(table="sales.orders")
    assert report.notes == ["sales.orders: 1 of 4 rows are left out, most of them because ordered_at is missing."]
    stamps = durable.query(
        "select load_id, status, rows, rejected, watermark from ops.loads order by load_id"
    ).to_pylist()
    assert [tuple(stamp.values()) for stamp in stamps] == [
        (1, "outdated", 2, 0, "2025-02-03 00:00:00"),
        (2, "mapped", 4, 1, "2025-03-01 00:00:00"),
    ]
    map_orders()
    assert durable.query("select distinct status from ops.loads").column(0).to_pylist() == ["outdated"]
    map_orders(table="sales.orders")
    assert durable.query("select distinct _load_id from staging.known_orders").column(0).to_pylist() == [1]


def test_what_landed_under_the_name_must_go_first(map_orders: Map, durable: Session) -> None:
    durable.execute(
        "insert into ops.loads (load_id, source, entity, status, rows) values (1, 'lake', 'orders', 'landed', 1)"
    )
    durable.execute("insert into staging.orders (source, order_id, _load_id, _row) values ('lake', 'z', 1, 1)")
    with pytest.raises(SettingsError, match=r"1 load\(s\) of that name have landed"):
        map_orders(table="sales.orders")
    map_orders(table="sales.orders", full_refresh=True)
    found = durable.query("select order_id from staging.known_orders order by 1").column(0).to_pylist()
    assert found == ["a", "b"]


def test_a_table_is_tried_and_looked_at_without_writing(durable: Session, engine: DuckDBEngine) -> None:
    settings = Settings.model_validate({"sources": {"lake": ORDERS, "gone": ORDERS | {"table": "sales.gone"}}})
    trial = try_table(durable, engine, "lake", settings)
    assert (trial.is_reachable, trial.columns[:2], trial.newest) == (
        True,
        ("order_id", "customer"),
        "2025-02-03 00:00:00",
    )
    assert trial.would_land == "nothing: 2 row(s) stay where they lie"
    assert (try_table(durable, engine, "gone", settings).exit_code, durable.query("from ops.loads").num_rows) == (2, 0)
    seen = preview_table(durable, engine, "lake", settings)
    assert [(row["column"], row["field"]) for row in seen.columns.to_pylist()] == [
        ("order_id", "order_id"), ("customer", "customer_id"), ("ordered_at", "ordered_at"), ("total", "amount")
    ]  # fmt: skip
    assert seen.rows.num_rows == 2


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"table": None}, 'has both kind = "table" and `table`'),
        ({"kind": None}, 'has both kind = "table" and `table`'),
        ({"entity": None}, "say what the rows of sales.orders are"),
        ({"path": "x.csv"}, "a source has one place"),
        ({"decimal": ","}, "a table has types, and decimal say how text is read"),
        ({"fields": {"timezone": "'UTC'"}}, "leave timezone out"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Settings.model_validate({"sources": {"lake": ORDERS | source}})


def test_rows_of_erased_persons_are_left_out_and_counted(map_orders: Map, durable: Session) -> None:
    remember(durable, "e", [("key", "c1")])
    [load] = map_orders(table="sales.orders").loads
    assert (load.rows, load.staged, load.rejected, load.forgotten, load.difference) == (2, 1, 0, 1, 0)
    assert durable.query("select customer_key from staging.known_orders")[0].to_pylist() == ["c2"]
    remember(durable, "e", [("key", "c2")])
    assert durable.query("select customer_key from staging.known_orders").num_rows == 0
