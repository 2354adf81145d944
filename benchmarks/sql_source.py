"""Landing a table of PostgreSQL against the bare ADBC driver that reads the same rows into Arrow.

Landing does more than the driver: it writes raw and staging, parses, settles versions and commits. So there is a
second floor, the same driver and DuckDB that keep the rows as text and typed. The server is started as the tests start
theirs: python benchmarks/sql_source.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import duckdb
import pyarrow as pa
import pytest
from adbc_driver_postgresql import dbapi
from tests.servers import postgres

from regulars.engines.duckdb import DuckDBEngine
from regulars.land.given import given_sources
from regulars.land.stage import land
from regulars.settings import Settings
from regulars.sources.feed import open_feed

ROWS = 1_000_000


def main() -> None:
    """Prints the seconds of the driver, of reading as text, of landing and of landing again, with ratios."""
    with postgres() as server, TemporaryDirectory() as folder:
        server.run(
            "create table orders as select n as order_id, 'c' || n % 100000 as customer_id,"
            " timestamptz '2025-01-01' + n * interval '1 second' as ordered_at, (n % 1000 + 0.5)::numeric(12, 2)"
            f" as amount, 'completed' as status from generate_series(1, {ROWS}) n"
        )
        sql = {"url": server.url, "table": "orders", "watermark": "order_id"}
        settings = Settings.model_validate({"sources": {"shop": {"entity": "orders", "sql": sql}}})
        server.run("select count(*) from orders")

        started = time.perf_counter()
        with dbapi.connect(server.url) as connection, connection.cursor() as cursor:
            cursor.execute("select * from orders")
            assert cursor.fetch_arrow_table().num_rows == ROWS
        driver = _said("bare driver into Arrow", started, 0)

        started = time.perf_counter()
        with dbapi.connect(server.url) as connection, connection.cursor() as cursor:
            cursor.execute("select order_id, customer_id, ordered_at::text, amount::text, status from orders")
            _keep(cursor.fetch_record_batch(), Path(folder) / "kept.duckdb")
        kept = _said("bare driver, kept as text and typed", started, driver)

        started = time.perf_counter()
        with open_feed("shop", settings.sources["shop"], None) as delivery:
            assert sum(batch.num_rows for batch in delivery.batches()) == ROWS
        _said("read as text, sorted by the watermark", started, driver)

        engine = DuckDBEngine(Path(folder))
        engine.prepare()
        with engine.durable() as durable:
            for what, more in (("landed", 0), ("landed again, 1,000 new rows", 1000)):
                if more:
                    server.run(
                        f"insert into orders select order_id + {more}, customer_id, ordered_at, amount, status"
                        f" from orders where order_id > {ROWS - more}"
                    )
                started = time.perf_counter()
                [load] = land(durable, settings, given_sources([], settings)).loads
                assert load.rows == (more or ROWS)
                seconds = _said(what, started, driver)
                if not more:
                    ratios = f"{seconds / driver:.1f} (aim 2), to reading and keeping {seconds / kept:.1f}"
                    print(f"ratio to the driver {ratios}")


def _keep(reader: pa.RecordBatchReader, file: Path) -> None:
    """What no landing can leave out: the rows as received, as text, and once more typed, in a file."""
    with duckdb.connect(str(file)) as connection:
        connection.register("incoming", reader)
        connection.execute("begin")
        connection.execute("create table received as select cast(columns(*) as varchar) from incoming")
        connection.execute(
            "create table typed as select 'shop' as source, order_id, customer_id,"
            " timezone('UTC', cast(ordered_at as timestamptz)) as ordered_at, cast(ordered_at as date) as order_date,"
            " cast(amount as decimal(18, 2)) as amount, lower(status) as status from received"
        )
        connection.execute("commit")


def _said(what: str, started: float, driver: float) -> float:
    seconds = time.perf_counter() - started
    print(f"{what:<40} {seconds:6.2f} s" + (f"   {seconds / driver:5.1f} x the driver" if driver else ""))
    return seconds


if __name__ == "__main__":
    try:
        main()
    except pytest.skip.Exception as missing:
        print(f"not run: {missing}")
