"""A real PostgreSQL: its types, its increments, and its failures in the middle, after which every row lands once."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests import servers

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import SettingsError, SourceUnreachable
from regulars.land import stage
from regulars.land.given import given_sources
from regulars.settings import Settings
from regulars.source_settings import SourceSettings, SqlSettings
from regulars.sources.feed import open_feed
from regulars.sources.sql import look

ORDERS = (
    "create table orders (order_id bigint, customer_id text, ordered_at timestamptz, amount numeric(12, 2),"
    " status text, updated_at timestamptz)"
)


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Postgres]:
    with servers.postgres() as server:
        yield server


@pytest.fixture
def orders(server: servers.Postgres) -> servers.Postgres:
    server.run("drop table if exists orders", ORDERS)
    return server


def _put(server: servers.Postgres, first: int, last: int, day: str = "2025-03-01", status: str = "completed") -> None:
    server.run(
        f"insert into orders select n, 'c' || n % 100, timestamptz '{day}' + n * interval '1 second', n + 0.50,"
        f" '{status}', timestamptz '{day}' + n * interval '1 microsecond' from generate_series({first}, {last}) n"
    )


def _settings(url: str, **more: Any) -> Settings:
    sql = {"url": url, "table": "orders", "watermark": "updated_at", **more}
    return Settings.model_validate({"sources": {"shop": {"entity": "orders", "sql": sql}}})


def _land(folder: Path, settings: Settings) -> stage.LandReport:
    engine = DuckDBEngine(folder)
    engine.prepare()
    with engine.durable() as durable:
        return stage.land(durable, settings, given_sources([], settings))


def _ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with DuckDBEngine(folder).durable() as durable:
        return [tuple(row.values()) for row in durable.query(sql).to_pylist()]


def _exactly(folder: Path, rows: int) -> None:
    assert _ask(folder, "select count(*), count(distinct order_id) from raw.shop") == [(rows, rows)]
    assert _ask(folder, "select count(*), count(distinct order_id) from staging.orders") == [(rows, rows)]


def test_types_arrive_as_a_csv_of_them_would(server: servers.Postgres) -> None:
    server.run(
        "drop table if exists types",
        "drop type if exists mood",
        "create type mood as enum ('fine')",
        "create table types (big bigint, exact numeric(20, 3), float float8, word text, empty text, yes boolean,"
        " day date, local timestamp, zoned timestamptz, clock time, id uuid, doc jsonb, many int[], feeling mood,"
        " nothing int, bytes bytea, span interval, price numeric)",
        "insert into types values (9007199254740993, 12345678901234567.250, 10, 'Zoë, ''x''', '', true, '2024-02-29',"
        " '2025-01-01 10:00', '2025-01-01 10:00:00.000001+02', '10:30', '6ba7b810-9dad-11d1-80b4-00c04fd430c8',"
        """ '{"a": [1]}', '{1,2}', 'fine', null, '\\x41', '1 day', 9.90)""",
    )
    with open_feed("types", SourceSettings(sql=SqlSettings(url=server.url, table="public.types")), None) as delivery:
        [row] = pa.Table.from_batches(delivery.batches()).drop_columns(["_row"]).to_pylist()
    assert row == {
        "big": "9007199254740993",
        "exact": "12345678901234567.250",
        "float": "10",
        "word": "Zoë, 'x'",
        "empty": None,
        "yes": "true",
        "day": "2024-02-29",
        "local": "2025-01-01 10:00:00",
        "zoned": "2025-01-01 08:00:00.000001Z",
        "clock": "10:30:00",
        "id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "doc": '{"a": [1]}',
        "many": "[1, 2]",
        "feeling": "fine",
        "nothing": None,
        "bytes": "\\x41",
        "span": "1 day",
        "price": "9.90",
    }


def test_only_what_is_new_lands_and_nothing_lands_twice(orders: servers.Postgres, tmp_path: Path) -> None:
    settings = _settings(orders.url)
    _put(orders, 1, 500)
    assert [load.rows for load in _land(tmp_path, settings).loads] == [500]
    quiet = _land(tmp_path, settings)
    assert (quiet.loads, quiet.known) == ([], ["shop"])
    _put(orders, 501, 503)
    assert [load.rows for load in _land(tmp_path, settings).loads] == [3]
    _exactly(tmp_path, 503)
    assert _ask(tmp_path, "select watermark, uri from ops.loads order by load_id")[-1] == (
        "2025-03-01 00:00:00.000503+00:00",
        f"postgresql://127.0.0.1:{orders.port}/postgres#orders",
    )


def test_late_and_changed_rows_within_the_look_back_land(orders: servers.Postgres, tmp_path: Path) -> None:
    settings = _settings(orders.url, look_back="2 days")
    _put(orders, 1, 10, "2025-03-01")
    _put(orders, 11, 20, "2025-03-09")
    _land(tmp_path, settings)
    _put(orders, 21, 21, "2025-03-08")  # late, but within two days
    _put(orders, 22, 22, "2025-03-05")  # too late
    orders.run("update orders set status = 'cancelled' where order_id in (1, 12)")  # without a new watermark
    [load] = _land(tmp_path, settings).loads
    assert (load.rows, load.staged, load.superseded, load.duplicates) == (2, 2, 1, 0)
    assert _ask(tmp_path, "select order_id, status from raw.shop where _load_id = 2 order by 1") == [
        ("12", "cancelled"),
        ("21", "completed"),
    ]
    assert _land(tmp_path, settings).loads == []
    orders.run("update orders set status = 'completed' where order_id = 12")  # as it was before
    [load] = _land(tmp_path, settings).loads
    assert (load.rows, load.superseded) == (1, 1)


def test_a_row_without_a_watermark_lands_once(orders: servers.Postgres, tmp_path: Path) -> None:
    _put(orders, 1, 5)
    _land(tmp_path, _settings(orders.url))
    orders.run("insert into orders values (6, 'c1', '2025-03-01', 5, 'completed', null)")
    assert [load.rows for load in _land(tmp_path, _settings(orders.url)).loads] == [1]
    assert _land(tmp_path, _settings(orders.url)).loads == []


def test_a_table_read_whole_lands_what_changed(orders: servers.Postgres, tmp_path: Path) -> None:
    settings = _settings(orders.url, watermark=None)
    _put(orders, 1, 300)
    _land(tmp_path, settings)
    assert _land(tmp_path, settings).loads == []
    orders.run("update orders set amount = 7 where order_id = 4")
    [load] = _land(tmp_path, settings).loads
    assert (load.rows, load.superseded) == (1, 1)


@pytest.mark.parametrize(("column", "text"), [("order_id", "20"), ("amount", "20.50"), ("customer_id", "c9")])
def test_any_column_that_grows_is_a_watermark(orders: servers.Postgres, tmp_path: Path, column: str, text: str) -> None:
    _put(orders, 1, 20)
    settings = _settings(orders.url, watermark=column)
    _land(tmp_path, settings)
    assert _ask(tmp_path, "select watermark from ops.loads") == [(text,)]
    assert _land(tmp_path, settings).loads == []


def test_rows_that_are_deleted_by_a_time_are_cancelled_and_restored(orders: servers.Postgres, tmp_path: Path) -> None:
    orders.run("alter table orders add column deleted_at timestamptz")
    settings = _settings(orders.url)
    orders.run(
        "insert into orders select n, 'c' || n, '2025-03-01', n, 'paid', timestamptz '2025-03-01' + n * interval '1 s'"
        " from generate_series(1, 5) n"
    )
    assert [load.rows for load in _land(tmp_path, settings).loads] == [5]
    orders.run("update orders set deleted_at = '2025-03-02', updated_at = '2025-03-02' where order_id in (2, 4)")
    [load] = _land(tmp_path, settings).loads
    assert (load.rows, load.staged, load.superseded) == (2, 2, 2)
    assert _standing(tmp_path) == {"1": "paid", "2": "cancelled", "3": "paid", "4": "cancelled", "5": "paid"}
    assert _land(tmp_path, settings).loads == []
    orders.run("update orders set deleted_at = null, updated_at = '2025-03-03' where order_id = 4")
    [load] = _land(tmp_path, settings).loads
    assert (load.rows, load.superseded) == (1, 1)
    assert _standing(tmp_path) == {"1": "paid", "2": "cancelled", "3": "paid", "4": "paid", "5": "paid"}


def _standing(folder: Path) -> dict[str, str]:
    """Status by order, of the versions that nothing replaced."""
    return dict(
        _ask(
            folder,
            "select order_id, status from staging.orders o where not exists (select 1 from staging.superseded s"
            " where s.load_id = o._load_id and s.row_number = o._row) order by 1",
        )
    )


def test_a_look_counts_without_reading(orders: servers.Postgres) -> None:
    _put(orders, 1, 20)
    feed = SqlSettings(url=orders.url, query="select * from orders;", watermark="order_id")
    assert look("shop", feed, None)["new_records"] == 20
    seen = look("shop", feed, "15")
    assert (seen["newest"], seen["new_records"], seen["columns"][0]) == ("20", 5, "order_id")


def test_what_is_wrong_is_named_and_never_the_password(orders: servers.Postgres) -> None:
    for more, words in (
        ({"table": "order"}, "no table order in .*Did you mean orders"),
        ({"watermark": "update_at"}, "no column update_at .*Did you mean updated_at.*order_id, customer_id"),
        ({"table": None, "query": "selec 1"}, "syntax error"),
        ({"watermark": "status", "look_back": "2 parsecs"}, "is no time"),
    ):
        with pytest.raises(SettingsError, match=words) as caught, _feed(orders.url, **more):
            raise AssertionError("opened")
        assert servers.PASSWORD not in str(caught.value)
    for url, words in (
        (orders.address(password="wrong-secret"), "password authentication failed"),
        (f"postgresql://shop:wrong-secret@127.0.0.1:{servers.free_port()}/shop", "127.0.0.1:.*Connection refused"),
        (orders.address(database="nowhere"), "does not exist"),
    ):
        with pytest.raises(SourceUnreachable, match=words) as unreachable, _feed(url):
            raise AssertionError("opened")
        assert "secret" not in str(unreachable.value)


def _feed(url: str, **more: Any) -> Any:
    settings = _settings(url, **more).sources["shop"]
    return open_feed("shop", settings, "2025-01-01")


def test_a_connection_killed_in_the_middle_leaves_nothing_and_the_next_run_has_all(
    orders: servers.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(orders, 1, 600_000)
    settings = _settings(orders.url)
    real = stage._target

    def killing(*arguments: Any) -> Any:
        # By now the sample was read and the rest is on its way.
        orders.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like 'COPY%'"
            " and pid <> pg_backend_pid()"
        )
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(stage, "_target", killing)
        with pytest.raises(SourceUnreachable, match="broke off"):
            _land(tmp_path, settings)
    assert _ask(tmp_path, "select status, rows from ops.loads") == [("failed", 0)]
    assert [load.rows for load in _land(tmp_path, settings).loads] == [600_000]
    _exactly(tmp_path, 600_000)


def test_a_server_that_is_down_and_comes_back(orders: servers.Postgres, tmp_path: Path) -> None:
    _put(orders, 1, 100)
    orders.run("checkpoint")
    _land(tmp_path, _settings(orders.url))
    orders.stop()
    try:
        with pytest.raises(SourceUnreachable, match="Connection refused"):
            _land(tmp_path, _settings(orders.url))
    finally:
        orders.start()
    _put(orders, 101, 150)
    assert [load.rows for load in _land(tmp_path, _settings(orders.url)).loads] == [50]
    _exactly(tmp_path, 150)


def test_a_landing_killed_in_the_middle_lands_each_row_once_when_run_again(
    orders: servers.Postgres, tmp_path: Path
) -> None:
    _put(orders, 1, 1000)
    _land(tmp_path, _settings(orders.url))
    _put(orders, 1001, 300_000)
    process = multiprocessing.get_context("spawn").Process(target=_die_landing, args=(tmp_path, orders.url))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    _exactly(tmp_path, 1000)
    assert [load.rows for load in _land(tmp_path, _settings(orders.url)).loads] == [299_000]
    _exactly(tmp_path, 300_000)


def _die_landing(folder: Path, url: str) -> None:
    """As `kill -9` among the rows."""
    settings = _settings(url)

    def on_progress(words: str) -> None:
        if words.endswith(" rows"):
            os.kill(os.getpid(), signal.SIGKILL)

    with DuckDBEngine(folder).durable() as durable:
        stage.land(durable, settings, given_sources([], settings), on_progress=on_progress)
