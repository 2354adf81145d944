"""Landing orders in a PostgreSQL warehouse against pandas, which loads the same file into one table of the same server.

pandas does what most people write: `read_csv` with its defaults and `to_sql` through SQLAlchemy and psycopg2, in
chunks, and keeps the rows once. Landing keeps them twice, as received and typed, with a ledger, reasons for bad rows
and versions, all or nothing. Then a small delivery lands on top, some of whose orders are newer versions. The same file
is landed in the embedded warehouse for comparison. Then the main job in an empty database: until the segments of all
customers stand, and `regulars run`, with history, predictions and checks. All in turn, in the same run:
python benchmarks/postgres_landing.py
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pytest
from tests.servers import Postgres, postgres

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.base import Engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.postgres import PostgresEngine
from regulars.land.given import given_sources
from regulars.land.stage import land
from regulars.parameters import write_parameters
from regulars.settings import Settings
from regulars.transform import Transformer

AIM = 5
CHUNK = 10_000
AGAIN = 10_000


def main() -> None:
    """Times each in turn and prints the ratio of the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    loaded, landed, embedded, again, segmented, published = [], [], [], [], [], []
    with postgres(is_safe=True) as server, TemporaryDirectory() as name:
        options = ShopOptions(customers=max(asked.orders // 10, 1), orders=asked.orders, dirt=False, plain_orders=True)
        file = generate(options, Path(name) / "shop").orders_file
        more = _more(file, Path(name) / "more.csv")
        for turn in range(asked.rounds):
            loaded.append(_seconds(lambda: _load(file, server), asked.orders))
            engine = PostgresEngine(server.new_database())
            engine.prepare()
            landed.append(_seconds(lambda e=engine: _land(file, e), asked.orders))
            again.append(_seconds(lambda e=engine: _land(more, e), AGAIN))
            own = DuckDBEngine(Path(name) / f"warehouse{turn}")
            own.prepare()
            embedded.append(_seconds(lambda e=own: _land(file, e), asked.orders))
            segmented.append(_seconds(lambda: _segment(file, server.new_database()), asked.orders))
            published.append(_seconds(lambda: _run(file, server.new_database()), asked.orders))
    print(f"{asked.orders:,} orders, best of {asked.rounds}")
    print(f"  pandas to_sql, chunks of {CHUNK:,}              {min(loaded):7.2f} s")
    print(f"  regulars land, raw and staging          {min(landed):7.2f} s")
    print(f"  the same, embedded                      {min(embedded):7.2f} s")
    print(f"  another {AGAIN:,} orders, half of them known {min(again):6.2f} s")
    print(f"  from the file to segments               {min(segmented):7.2f} s")
    print(f"  regulars run, everything                {min(published):7.2f} s")
    print(f"ratio of pandas to landing {min(loaded) / min(landed):.1f} (aim {AIM})")
    print(f"ratio of pandas to segments {min(loaded) / min(segmented):.1f} (aim 1)")


def _load(file: Path, server: Postgres) -> int:
    pandas, sqlalchemy = pytest.importorskip("pandas"), pytest.importorskip("sqlalchemy")
    url = server.new_database().replace("postgresql://", "postgresql+psycopg2://")
    connection = sqlalchemy.create_engine(url)
    orders = pandas.read_csv(file)
    orders.to_sql("orders", connection, index=False, chunksize=CHUNK)
    connection.dispose()
    return len(orders)


def _land(file: Path, engine: Engine) -> int:
    settings = Settings()
    with engine.durable() as durable:
        [load] = land(durable, settings, given_sources([str(file)], settings)).loads
    return load.rows


def _segment(file: Path, url: str) -> int:
    """Land, resolve, and build what the segments of the present need; returns the orders behind them."""
    _run(file, url, "--stage", "land")
    _run(file, url, "--stage", "resolve")
    engine = PostgresEngine(url)
    with engine.build(fresh=True) as build:
        write_parameters(build, Settings())
    Transformer.of(engine).build_models(["+fct_customer_rfm"])
    with engine.build() as build:
        return int(build.query("select count(*) from intermediate.int_orders__valued").column(0)[0].as_py())


def _run(file: Path, url: str, *options: str) -> int:
    """`regulars run`; returns the orders that landed."""
    files = [] if "resolve" in options else [str(file)]
    command = [str(Path(sys.executable).with_name("regulars")), "run", *files, "-w", url, "--quiet", *options]
    subprocess.run(command, check=True, cwd=file.parent, stdout=subprocess.DEVNULL)
    with PostgresEngine(url).durable() as durable:
        return int(durable.query("select count(*) from staging.orders").column(0)[0].as_py())


def _more(file: Path, more: Path) -> Path:
    """Orders of which half landed before, and those with another amount."""
    with file.open() as lines:
        header = next(lines)
        known = [next(lines).split(",") for _ in range(AGAIN // 2)]
    place = header.split(",").index("amount")
    changed = [",".join([*row[:place], "1.00", *row[place + 1 :]]) for row in known]
    new = [",".join([f"new-{row[0]}", *row[1:]]) for row in known]
    more.write_text(header + "".join(changed + new))
    return more


def _seconds(work: Callable[[], int], rows: int) -> float:
    started = time.perf_counter()
    found = work()
    taken = time.perf_counter() - started
    assert found == rows, f"{found:,} of {rows:,} rows"
    return taken


if __name__ == "__main__":
    try:
        main()
    except pytest.skip.Exception as missing:
        print(f"not run: {missing}")
