"""A segment of a million customers as a file of each format, in memory that does not grow with it.

Every export runs in a process of its own, so that its peak of memory is its own: of a tenth of the customers, and of
all. The floor is DuckDB's COPY of the same rows to CSV and to Parquet. The shop is a made-up one of 2,000 people whose
row in customer_360 is repeated under other ids and addresses, all of one segment. Run it on a quiet machine:

    python benchmarks/export.py --customers 1000000
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from regulars.activate.exporting import ExportRequest, make_export, settings_for_export
from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.pipeline import Request, run_pipeline
from regulars.serve.queries import Queries
from regulars.serve.selection import Selection
from regulars.settings import Settings

SEGMENT = "Champions"
# Excel's cells go in one by one: of the columns, those that a list for people has.
FEW = ("customer_id", "first_name", "last_name", "email", "phone", "city", "segment", "orders", "monetary", "clv")
WORK: dict[str, Callable[[Path, Path], None]] = {
    "DuckDB COPY to CSV": lambda warehouse, folder: copy(warehouse, folder / "floor.csv", "(format csv, header)"),
    "CSV": lambda warehouse, folder: export(warehouse, ExportRequest(folder / "all.csv", CHOSEN)),
    "DuckDB COPY to Parquet": lambda warehouse, folder: copy(
        warehouse, folder / "floor.parquet", "(format parquet, compression zstd)"
    ),
    "Parquet": lambda warehouse, folder: export(warehouse, ExportRequest(folder / "all.parquet", CHOSEN)),
    "JSON": lambda warehouse, folder: export(warehouse, ExportRequest(folder / "all.json", CHOSEN)),
    **{
        f"audience for {platform}": lambda warehouse, folder, platform=platform: export(
            warehouse,
            ExportRequest(
                folder / f"{platform}.csv", CHOSEN, audience=platform, consent="unless_refused", control_share=0.1
            ),
        )
        for platform in ("meta", "google", "mailchimp", "klaviyo", "braze")
    },
    "Excel, 10 columns": lambda warehouse, folder: export(
        warehouse, ExportRequest(folder / "few.xlsx", CHOSEN, columns=FEW)
    ),
}
CHOSEN = Selection(segments=(SEGMENT,))


def main() -> None:
    """Makes the warehouses, exports each in every way, and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument(
        "--warehouse", type=Path, help="Take the people of this published warehouse; it stays as it is."
    )
    parser.add_argument("--one", nargs=3, metavar=("WORK", "WAREHOUSE", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one is not None:
        print(json.dumps(measured(asked.one[0], Path(asked.one[1]), Path(asked.one[2]))))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        warehouse = folder / "warehouse"
        if asked.warehouse is None:
            generate(ShopOptions(customers=2000, seed=4), folder / "shop")
            files = [str(folder / "shop" / f"{entity}.csv") for entity in ("customers", "orders")]
            run_pipeline(Settings(warehouse=str(warehouse)), Request(files=files))
        else:
            warehouse.mkdir()
            shutil.copy(asked.warehouse / "live.duckdb", warehouse)
        sizes = (asked.customers // 10, asked.customers)
        for customers in sizes:
            shutil.copytree(warehouse, folder / str(customers))
            grow(folder / str(customers) / "live.duckdb", customers)
        print(f"{'':24} {'seconds':>8} {'processor':>9} {'MB written':>10} {'peak GB':>8} {'of a tenth':>10}")
        for work in WORK:
            small, large = (apart(work, folder / str(customers), folder / "files") for customers in sizes)
            print(
                f"{work:24} {large['seconds']:8.1f} {large['processor']:9.1f} {large['bytes'] / 1e6:10.0f}"
                f" {large['peak'] / 1e9:8.2f} {small['peak'] / 1e9:10.2f}",
                flush=True,
            )


def grow(live: Path, customers: int) -> None:
    """Makes customer_360 of that many rows out of the people in it, in the order of their ids as a run leaves it."""
    with duckdb.connect(str(live)) as connection:
        connection.execute("create table if not exists marts.people as select * from marts.customer_360")
        found = connection.execute("select count(*) from marts.people").fetchone()
        people = found[0] if found else 0
        connection.execute("begin")
        connection.execute("create or replace table marts.customer_360 as from marts.people limit 0")
        for first in range(0, customers, people):
            connection.execute(
                f"""
                insert into marts.customer_360
                select * replace (
                    100000000 + {first} + row_number() over (order by customer_id) as customer_id,
                    '{SEGMENT}' as segment,
                    '{first}.' || coalesce(email, customer_id || '@example.org') as email
                )
                from marts.people order by customer_id limit {min(people, customers - first)}
                """
            )
        connection.execute("commit")
        assert connection.execute("select count(*) from marts.customer_360").fetchone() == (customers,)


def apart(work: str, warehouse: Path, files: Path) -> dict[str, float]:
    """What a piece of work takes in a process of its own."""
    files.mkdir(exist_ok=True)
    asked = [sys.executable, __file__, "--one", work, str(warehouse), str(files)]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    found["bytes"] = sum(file.stat().st_size for file in files.iterdir())
    for file in files.iterdir():
        file.unlink()
    return found


def measured(work: str, warehouse: Path, folder: Path) -> dict[str, float]:
    """Does a piece of work in this process, and tells what it took."""
    started, used = time.perf_counter(), time.process_time()
    WORK[work](warehouse, folder)
    return {
        "seconds": time.perf_counter() - started,
        "processor": time.process_time() - used,
        "peak": _peak(),
    }


def _peak() -> int:
    """The most memory that this process had at once; getrusage would tell its parent's where that had more."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def export(warehouse: Path, request: ExportRequest) -> None:
    """One export, with its entry and its members in the ledger."""
    settings = Settings(warehouse=str(warehouse))
    engine = open_engine(settings_for_export(settings))
    made = make_export(Queries(engine, settings.shop), ExportLedger(engine.journal), request)
    assert made.exported + made.held_back + sum(made.left_out.values()) == made.customers > 0


def copy(warehouse: Path, path: Path, options: str) -> None:
    """The same rows, by the database alone."""
    with duckdb.connect(str(warehouse / "live.duckdb"), read_only=True) as connection:
        connection.execute(
            f"copy (select * from marts.customer_360 where segment = '{SEGMENT}' order by customer_id)"
            f" to '{path}' {options}"
        )


if __name__ == "__main__":
    main()
