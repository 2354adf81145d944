"""SQL databases by way of SQLAlchemy, here SQLite: increments, look-back, and what is wrong said plainly."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import SettingsError, SourceUnreachable
from regulars.land.given import given_sources
from regulars.land.stage import LandReport, land
from regulars.settings import Settings
from regulars.source_settings import SqlSettings
from regulars.sources import sql
from regulars.sources.sqlalchemy_rows import text_of

ORDERS = "create table orders (order_id integer, customer_id text, ordered_at text, amount real, updated_at text)"
LINES = "create table lines (order_id text, ordered_at text, quantity integer, unit_price real, changed integer)"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    file = tmp_path / "shop.sqlite"
    _run(file, ORDERS, LINES)
    return file


def _run(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def _order(number: int, updated: str, amount: float = 5) -> str:
    return f"insert into orders values ({number}, 'c1', '2025-01-03', {amount}, '{updated}')"


def _land(file: Path, entity: str = "orders", **feed: Any) -> LandReport:
    engine = DuckDBEngine(file.parent / "warehouse")
    engine.prepare()
    source = {"entity": entity, "sql": {"url": f"sqlite:///{file}", **feed}}
    settings = Settings.model_validate({"sources": {"shop": source}})
    with engine.durable() as durable:
        return land(durable, settings, given_sources([], settings))


def _ask(file: Path, statement: str) -> list[tuple[Any, ...]]:
    with DuckDBEngine(file.parent / "warehouse").durable() as durable:
        return [tuple(row.values()) for row in durable.query(statement).to_pylist()]


def test_new_late_and_changed_rows_land_and_the_others_do_not_again(shop: Path) -> None:
    feed = {"table": "orders", "watermark": "updated_at", "look_back": "2 days"}
    _run(shop, _order(1, "2025-03-01 10:00:00"), _order(2, "2025-03-09 10:00:00"))
    assert [load.rows for load in _land(shop, **feed).loads] == [2]
    assert _land(shop, **feed).loads == []
    _run(shop, _order(3, "2025-03-08 10:00:00"), _order(4, "2025-03-07 09:59:59"))
    _run(shop, "update orders set amount = 8 where order_id = 2")
    [load] = _land(shop, **feed).loads
    assert (load.rows, load.superseded, load.watermark) == (2, 1, "2025-03-09 10:00:00")
    assert _ask(shop, "select order_id from raw.shop order by _load_id, order_id") == [("1",), ("2",), ("2",), ("3",)]


def test_the_lines_of_an_order_stay_together(shop: Path) -> None:
    feed = {"query": "select * from lines;", "watermark": "changed", "look_back": "100"}
    _run(shop, "insert into lines values ('o1', '2025-01-03', 1, 5, 1), ('o1', '2025-01-03', 2, 7, 2)")
    _land(shop, "order_lines", **feed)
    assert _land(shop, "order_lines", **feed).loads == []
    _run(shop, "update lines set quantity = 3 where changed = 2")
    [load] = _land(shop, "order_lines", **feed).loads
    assert (load.rows, load.staged) == (2, 2)


def test_events_without_an_id_land_as_often_as_they_happened(shop: Path) -> None:
    _run(shop, "create table visits (occurred_at text, event_type text, email text)")
    visit = "insert into visits values ('2025-01-03 10:00:00', 'visit', 'a@b.de')"
    feed = {"table": "visits", "watermark": "occurred_at"}
    _run(shop, visit, visit)
    assert [load.rows for load in _land(shop, "events", **feed).loads] == [2]
    assert _land(shop, "events", **feed).loads == []
    _run(shop, visit)
    assert [load.rows for load in _land(shop, "events", **feed).loads] == [1]
    assert _ask(shop, "select count(*) from staging.events") == [(3,)]


def test_rejected_rows_that_come_again_are_not_rejected_again(shop: Path) -> None:
    _run(shop, _order(1, "2025-03-01"), "insert into orders values (2, 'c', 'never', 1, '2025-03-02')")
    [load] = _land(shop, table="orders").loads
    assert (load.rows, load.staged, load.rejected) == (2, 1, 1)
    assert _land(shop, table="orders").loads == []
    assert _ask(shop, "select count(*) from staging.rejected_rows") == [(1,)]


def test_an_empty_table_is_nothing_new(shop: Path) -> None:
    assert _land(shop, table="orders", watermark="updated_at").known == ["shop"]


def test_a_look_reads_no_rows(shop: Path) -> None:
    _run(shop, _order(1, "2025-03-01"), _order(2, "2025-03-02"))
    feed = SqlSettings(url=f"sqlite:///{shop}", table="orders", watermark="updated_at")
    seen = sql.look("shop", feed, "2025-03-01")
    assert (seen["newest"], seen["new_records"], seen["columns"][0]) == ("2025-03-02", 1, "order_id")


@pytest.mark.parametrize(
    ("url", "more", "error", "words"),
    [
        (None, {"table": "order"}, SettingsError, "no table order .*Did you mean orders.*lines, orders"),
        (None, {"watermark": "update"}, SettingsError, "no column update .*Did you mean updated_at"),
        (None, {"table": None, "query": "select nope"}, SettingsError, "no such column: nope"),
        ("sqlite:///nowhere.db", {}, SourceUnreachable, "no file nowhere.db"),
        ("oracle+nothing://a:secret@b/c", {}, SettingsError, "knows no oracle"),
        ("not a url with secret", {}, SettingsError, "is none that a database has"),
    ],
)
def test_what_is_wrong_is_said_plainly(
    shop: Path, url: str | None, more: dict[str, Any], error: type[Exception], words: str
) -> None:
    feed = SqlSettings(**{"url": url or f"sqlite:///{shop}", "table": "orders", **more})
    with pytest.raises(error, match=words) as caught, sql.open_feed("shop", feed, None):
        raise AssertionError("opened")
    assert "secret" not in str(caught.value)


def test_values_are_written_the_same_wherever_they_stand() -> None:
    zone = dt.timezone(dt.timedelta(hours=2))
    values = ["", 10**20, 1.0, 2.5, True, Decimal("1.50"), b"a", None, dt.date(2025, 1, 2)]
    values += [dt.datetime(2025, 1, 2, 3, 4, 5), dt.datetime(2025, 1, 2, 3, 4, 5, 10, tzinfo=zone)]
    texts = [None, "1" + "0" * 20, "1", "2.5", "true", "1.50", "a", None, "2025-01-02"]
    texts += ["2025-01-02 03:04:05", "2025-01-02 01:04:05.000010Z"]
    assert text_of(values).to_pylist() == texts
    assert [text_of([value])[0].as_py() for value in values] == texts
    assert text_of([1.5, None, 2.0]).to_pylist() == ["1.5", None, "2"]
    assert text_of([Decimal("1.5"), Decimal("3")]).to_pylist() == ["1.5", "3"]
    assert text_of([None, None]).type == pa.string()
