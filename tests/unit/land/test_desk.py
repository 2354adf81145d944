"""What is compared comes to the desk, nothing else does, and what is decided there is handed over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from regulars.engines.base import Session
from regulars.engines.postgres import PostgresEngine
from regulars.land.desk import desk_for
from regulars.land.given import given_sources
from regulars.land.stage import customer_keys, land
from regulars.settings import Settings


def test_only_the_versions_of_records_that_came_again_come_to_the_desk(warehouse_url: str, tmp_path: Path) -> None:
    with PostgresEngine(warehouse_url).durable() as durable:
        base = tmp_path / "shop.sqlite"
        _fill(base, [(number, "5") for number in range(20)])
        _land(durable, base)
        _fill(base, [(7, "6")])
        _land(durable, base)
        with durable.transaction(), desk_for(durable, "shop") as desk:
            desk.session.execute("insert into staging.orders (source, order_id, _load_id) values ('shop', '7', 3)")
            desk.bring_versions(3, "orders")
            brought = desk.session.query("select order_id, cast(amount as varchar), _load_id from staging.orders")
            known = desk.session.query("select record_id, load_id from staging.superseded").to_pylist()
    assert sorted(map(tuple, zip(*brought.to_pydict().values(), strict=True)), key=str) == [
        ("7", "5.00", 1), ("7", "6.00", 2), ("7", None, 3)
    ]  # fmt: skip
    assert known == [{"record_id": "7", "load_id": 1}]


def test_a_source_that_is_read_whole_lands_what_changed(durable: Session, tmp_path: Path) -> None:
    base = tmp_path / "shop.sqlite"
    _fill(base, [(number, "5") for number in range(20)] + [(98, "bad"), (99, "worse")])
    [first] = _land(durable, base)
    assert (first.rows, first.staged, first.rejected) == (22, 20, 2)
    assert _land(durable, base) == []
    _fill(base, [(7, "6"), (98, "bad as ever"), (100, "1")])
    [again] = _land(durable, base)
    assert (again.rows, again.staged, again.rejected, again.superseded) == (3, 2, 1, 1)
    _fill(base, [(7, "5")])
    [back] = _land(durable, base)
    assert (back.rows, back.staged, back.superseded) == (1, 1, 1), "what raw holds already may be news all the same"
    received = durable.query("select order_id, amount, _load_id from raw.shop where order_id = '7' order by _load_id")
    assert [row["amount"] for row in received.to_pylist()] == ["5", "6", "5"]
    assert durable.query("select count(*) as n from raw.shop").to_pylist() == [{"n": 26}]


def test_a_new_column_is_part_of_what_is_compared(durable: Session, tmp_path: Path) -> None:
    base = tmp_path / "shop.sqlite"
    _fill(base, [(1, "5"), (2, "5")])
    _land(durable, base)
    assert _land(durable, base) == []
    with closing(sqlite3.connect(base)) as connection, connection:
        connection.execute("alter table orders add column note text")
        connection.execute("update orders set note = 'gift' where order_id = 2")
    [load] = _land(durable, base)
    assert (load.rows, load.duplicates) == (1, 1), "raw keeps what it has not seen, though staging learns nothing new"
    assert _land(durable, base) == []


def test_keys_need_not_be_read_to_their_end(durable: Session, land_rows: Any) -> None:
    land_rows("customers", {"customer_id": ["b", "B", "a", "C"]})
    assert next(customer_keys(durable, "customer_id", 2)) == ["B", "C"]
    assert list(customer_keys(durable, "customer_id", 3)) == [["B", "C", "a"], ["b"]]


def _fill(base: Path, rows: list[tuple[int, str]]) -> None:
    with closing(sqlite3.connect(base)) as connection, connection:
        connection.execute(
            "create table if not exists orders"
            " (order_id integer primary key, customer_id text, ordered_at text, amount text)"
        )
        connection.executemany("insert or replace into orders values (?, 'c1', '2025-01-03', ?)", rows)


def _land(durable: Session, base: Path) -> list[Any]:
    shop = {"entity": "orders", "sql": {"url": f"sqlite:///{base}", "table": "orders"}}
    settings = Settings.model_validate({"sources": {"shop": shop}})
    return list(land(durable, settings, given_sources([], settings)).loads)
