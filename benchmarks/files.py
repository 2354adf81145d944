"""Landing a CSV, a Parquet and a JSON Lines file, each against two floors of the same run.

The first floor is the aim's: the fastest bare reader (pyarrow or DuckDB) that reads the same file into Arrow and keeps
nothing. The second adds what no landing can leave out, done by DuckDB alone: every row as received, as text, and once
more typed, in a file on disk. Neither has a ledger, reasons for bad rows, versions or a look at the file's shape.

python benchmarks/files.py --orders 1000000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import csv, json, parquet

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.duckdb import DuckDBEngine
from regulars.land.given import given_sources
from regulars.land.stage import land
from regulars.settings import Settings

AIM = 2
_TYPED = """
create table typed as select 'orders' as source, order_id, customer_id, cast(ordered_at as timestamp) as ordered_at,
    cast(ordered_at as date) as order_date, cast(amount as decimal(18, 2)) as amount, upper(currency) as currency,
    lower(status) as status, store from received
"""


def main() -> None:
    """Times each kind of file in turn and prints the ratios of the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, readers in _files(folder, asked.orders):
            _compare(file, readers, folder / "kept.duckdb", asked.orders, asked.rounds)


def _compare(file: Path, readers: list[Callable[[], pa.Table]], kept_in: Path, rows: int, rounds: int) -> None:
    bare, kept, landed = [], [], []
    for _ in range(rounds):
        bare += [_seconds(reader, rows) for reader in readers]
        kept.append(_seconds(lambda: _keep(readers[0](), kept_in), rows))
        landed.append(_seconds(lambda: _land(file), rows))
    print(f"{file.suffix[1:]}: {rows:,} orders, {file.stat().st_size / 1e6:.0f} MB, best of {rounds}")
    # A machine with other work stretches what must wait for it; the processor's own seconds say what is done.
    for place, seconds in enumerate(("seconds", "seconds of processor")):
        read, stored, ours = (min(times[place] for times in found) for found in (bare, kept, landed))
        print(f"  {seconds}")
        print(f"  bare reader into Arrow             {read:6.2f}")
        print(f"  the same, kept as text and typed   {stored:6.2f}")
        print(f"  regulars land                      {ours:6.2f}")
        print(f"  ratio to the bare reader           {ours / read:6.2f}   aim {AIM}")
        print(f"  ratio to reading and keeping       {ours / stored:6.2f}", flush=True)


def _files(folder: Path, orders: int) -> list[tuple[Path, list[Callable[[], pa.Table]]]]:
    """The same orders in each format, and what reads them."""
    options = ShopOptions(customers=max(orders // 10, 1), orders=orders, dirt=False, plain_orders=True)
    lines = generate(options, folder / "shop").orders_file
    columns, objects = folder / "orders.parquet", folder / "orders.jsonl"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from read_csv('{lines}')) to '{columns}' (format parquet)")
        connection.execute(f"copy (from read_csv('{lines}')) to '{objects}' (format json)")
    return [
        (lines, [lambda: csv.read_csv(lines), lambda: _by_duckdb(f"read_csv('{lines}')")]),
        (columns, [lambda: parquet.read_table(columns), lambda: _by_duckdb(f"read_parquet('{columns}')")]),
        (objects, [lambda: json.read_json(objects), lambda: _by_duckdb(f"read_json('{objects}')")]),
    ]


def _by_duckdb(source: str) -> pa.Table:
    with duckdb.connect() as connection:
        return connection.sql(f"from {source}").to_arrow_table()


def _keep(table: pa.Table, file: Path) -> pa.Table:
    """The table as text and typed in a DuckDB file, in one transaction, closed."""
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.register("incoming", table)
        connection.execute("begin")
        connection.execute("create table received as select cast(columns(*) as varchar) from incoming")
        connection.execute(_TYPED)
        connection.execute("commit")
    return table


def _land(file: Path) -> pa.Table:
    """From a path to committed rows; what is returned is what was staged."""
    with tempfile.TemporaryDirectory() as name:
        engine = DuckDBEngine(Path(name))
        engine.prepare()
        settings = Settings()
        with engine.durable() as durable:
            land(durable, settings, given_sources([str(file)], settings))
            return durable.query("select _row from staging.orders")


def _seconds(work: Callable[[], pa.Table], rows: int) -> tuple[float, float]:
    """Those of the clock, and those of the processor."""
    started, worked = time.perf_counter(), time.process_time()
    found = work()
    taken = time.perf_counter() - started, time.process_time() - worked
    assert found.num_rows == rows, f"{found.num_rows} of {rows} rows"
    return taken


if __name__ == "__main__":
    main()
