"""Every source is tried, whatever becomes of the others, and nothing is landed."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.land.given import given_sources
from regulars.land.stage import land
from regulars.land.trial import Trial, try_sources, what_landed
from regulars.settings import Settings


def test_each_source_is_tried_and_what_would_land_is_said(tmp_path: Path) -> None:
    base = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(base)) as connection, connection:
        connection.execute("create table orders (order_id integer, customer_id text, ordered_at text, amount real)")
        connection.execute("insert into orders values (1, 'c1', '2025-01-03', 5)")
    (tmp_path / "a.csv").write_text("order_id,customer_id,ordered_at,amount\n1,c1,2025-01-03,5\n")
    sql = {"url": f"sqlite:///{base}", "table": "orders", "watermark": "order_id"}
    shop = {"entity": "orders", "sql": sql}
    files = {"path": str(tmp_path / "*.csv")}
    gone = {"entity": "orders", "sql": {**sql, "url": "sqlite:///gone.db"}}
    settings = Settings.model_validate({"sources": {"gone": gone, "shop": shop, "files": files}})
    good = Settings.model_validate({"sources": {"shop": shop, "files": files}})
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    with engine.durable() as session:
        first = {trial.source: trial for trial in _try(session, settings)}
        assert [trial.is_reachable for trial in first.values()] == [False, True, True]
        assert (first["gone"].exit_code, "no file gone.db" in str(first["gone"].error)) == (3, True)
        assert (first["shop"].would_land, first["shop"].newest) == ("1 record(s)", "1")
        assert (first["files"].would_land, first["files"].entity) == ("1 new file(s)", "orders")
        assert session.query("select count(*) from ops.loads").column(0)[0].as_py() == 0
        land(session, good, given_sources([], good))
        again = _try(session, good)
        assert [trial.would_land for trial in again] == ["nothing new", "nothing new, 1 landed before"]
        assert again[0].watermark == "1"


def test_a_feed_that_can_only_be_read_is_read_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = ModuleType("shop")
    shop.orders = lambda since=None: iter([_order(1), _order(2)])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop", shop)
    feed = {"entity": "orders", "dlt": {"resource": "shop:orders", "watermark": "order_id"}}
    closed = {"entity": "orders", "rest": {"url": "http://127.0.0.1:9/orders", "retries": 0}}
    settings = Settings.model_validate({"sources": {"feed": feed, "closed": closed}})
    engine = DuckDBEngine(tmp_path)
    engine.prepare()
    with engine.durable() as session:
        read, refused = _try(session, settings)
        assert session.query("select count(*) from ops.loads").column(0)[0].as_py() == 0
    assert (read.is_reachable, read.would_land) == (True, "2 record(s)")
    assert set(read.columns) == {"order_id", "customer_id", "ordered_at", "amount"}
    assert (refused.is_reachable, refused.exit_code) == (False, 3)
    assert "did not answer" in str(refused.error)


def _try(session: Session, settings: Settings) -> list[Trial]:
    return try_sources(what_landed(session, settings, settings.sources), settings, settings.sources)


def _order(number: int) -> dict[str, object]:
    return {"order_id": number, "customer_id": "c1", "ordered_at": "2025-01-03", "amount": 5}
