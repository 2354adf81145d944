"""The lake's copy of the durable side is exactly the durable side, and only what has changed is written again."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars import catalog
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.lake import Lake
from regulars.engines.spark_durable import export_durable


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    return engine


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


def _land(engine: DuckDBEngine, load_id: int, *orders: str) -> None:
    with engine.durable() as durable:
        for row, order in enumerate(orders):
            durable.execute(
                "insert into staging.orders (source, order_id, amount, _load_id, _row)"
                f" values ('web', '{order}', 1.50, {load_id}, {row})"
            )


def _exported(engine: DuckDBEngine, lake: Lake) -> tuple[list[str], list[str]]:
    """The orders that the lake has, and the names of their files."""
    with engine.durable() as durable:
        table = export_durable(durable, lake)[catalog.ORDERS.name]
    rows = lake.read(table.folder, table.arrow_schema).read_all()
    return sorted(rows["order_id"].to_pylist()), lake.folders(table.folder)


def test_a_new_load_is_added_and_older_bundles_stay_as_they_are(engine: DuckDBEngine, lake: Lake) -> None:
    _land(engine, 1, "a", "b")
    orders, [first] = _exported(engine, lake)
    assert orders == ["a", "b"]
    _land(engine, 200, "c")
    orders, files = _exported(engine, lake)
    assert orders == ["a", "b", "c"]
    assert first in files
    assert len(files) == 2


def test_what_did_not_change_is_not_written_again(
    engine: DuckDBEngine, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    _land(engine, 1, "a")
    before = _exported(engine, lake)
    monkeypatch.setattr(Lake, "write", lambda *_: pytest.fail("written again"))
    assert _exported(engine, lake) == before


@pytest.mark.parametrize(
    "change",
    [
        "update staging.orders set amount = 2 where order_id = 'a'",
        "delete from staging.orders where order_id = 'a'",
        "update staging.orders set order_id = case order_id when 'a' then 'b' else 'a' end, amount = amount + _row",
    ],
)
def test_what_was_restaged_or_erased_is_so_in_the_lake(engine: DuckDBEngine, lake: Lake, change: str) -> None:
    _land(engine, 1, "a", "b")
    _, [before] = _exported(engine, lake)
    with engine.durable() as durable:
        durable.execute(change)
        wanted = sorted(durable.query("select order_id from staging.orders")["order_id"].to_pylist())
    orders, [after] = _exported(engine, lake)
    assert orders == wanted
    assert after != before


def test_what_is_gone_altogether_leaves_no_file(engine: DuckDBEngine, lake: Lake) -> None:
    _land(engine, 1, "a")
    _exported(engine, lake)
    with engine.durable() as durable:
        durable.execute("delete from staging.orders")
    assert _exported(engine, lake) == ([], [])
