"""Landing orders in a PostgreSQL warehouse against pandas, which loads the same file into one table of the same server.

pandas does what most people write: `read_csv` with its defaults and `to_sql` through SQLAlchemy and psycopg2, in
chunks, and keeps the rows once. Landing keeps them twice, as received and typed, with a ledger, reasons for bad rows
and versions, all or nothing. Then a small delivery lands on top, some of whose orders are newer versions. The same file
is landed in the embedded warehouse for comparison. Then the main job in an empty database: until the segments of all
customers stand, the stages land, resolve and build, and `regulars run`, with predictions and checks. All in turn, in
the same run, by the clock and by the processor of the client and of the server, on which other work tells less:
python benchmarks/postgres_landing.py
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock, and of the processor: the client's and the server's."""

    clock: float
    processor: float


def main() -> None:
    """Times each in turn and prints the ratio of the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only-segments", action="store_true", help="no more than pandas, landing and the segments")
    parser.add_argument("--segment", nargs=2, metavar=("FILE", "URL"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.segment:
        _segment(*asked.segment)
        return
    costs: dict[str, list[Cost]] = defaultdict(list)
    with postgres(is_safe=True) as server, TemporaryDirectory() as name:
        options = ShopOptions(customers=max(asked.orders // 10, 1), orders=asked.orders, dirt=False, plain_orders=True)
        file = generate(options, Path(name) / "shop").orders_file
        more = _more(file, Path(name) / "more.csv")
        # Importing is nobody's load.
        pytest.importorskip("pandas"), pytest.importorskip("sqlalchemy")
        for turn in range(asked.rounds):
            costs[f"pandas to_sql, chunks of {CHUNK:,}"].append(
                _cost(server, lambda: _load(file, server), asked.orders)
            )
            engine = PostgresEngine(server.new_database())
            engine.prepare()
            costs["regulars land, raw and staging"].append(_cost(server, lambda e=engine: _land(file, e), asked.orders))
            costs["from the file to segments"].append(
                _cost(server, lambda: _segments(file, server.new_database()), asked.orders)
            )
            if asked.only_segments:
                continue
            costs[f"another {AGAIN:,} orders, half of them known"].append(
                _cost(server, lambda e=engine: _land(more, e), AGAIN)
            )
            own = DuckDBEngine(Path(name) / f"warehouse{turn}")
            own.prepare()
            costs["the same orders landed, embedded"].append(_cost(server, lambda e=own: _land(file, e), asked.orders))
            costs["the stages land, resolve and build"].append(
                _cost(server, lambda: _run(file, server.new_database(), "land", "resolve", "build"), asked.orders)
            )
            costs["regulars run, everything"].append(
                _cost(server, lambda: _run(file, server.new_database()), asked.orders)
            )
    best = {what: Cost(min(c.clock for c in found), min(c.processor for c in found)) for what, found in costs.items()}
    print(f"{asked.orders:,} orders, best of {asked.rounds}, seconds of the clock and of the processor")
    for what, cost in best.items():
        print(f"  {what:<45} {cost.clock:7.2f} {cost.processor:7.2f}")
    loaded, landed, segmented, *_ = best.values()
    for what, cost, aim in (("landing", landed, AIM), ("segments", segmented, 1)):
        print(
            f"ratio of pandas to {what} {loaded.clock / cost.clock:.1f} by the clock,"
            f" {loaded.processor / cost.processor:.1f} by the processor (aim {aim})"
        )


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


def _segments(file: Path, url: str) -> int:
    """The main job in a process of its own, as `regulars run` is one; returns the orders behind the segments."""
    subprocess.run([sys.executable, __file__, "--segment", str(file), url], check=True, cwd=file.parent)
    with PostgresEngine(url).build() as build:
        return int(build.query("select count(*) from intermediate.int_orders__valued").column(0)[0].as_py())


def _segment(file: str, url: str) -> None:
    """Land, resolve, and of the stage build what the segments of the present need."""
    from regulars.pipeline import Request, run_pipeline

    settings = Settings(warehouse=url)
    engine = PostgresEngine(url)
    engine.prepare()
    transformer = Transformer.of(engine)
    transformer.warm()
    run_pipeline(settings, Request(files=[file], stages=["land", "resolve"], command="benchmark"))
    with engine.build(fresh=True) as build:
        write_parameters(build, settings)
    transformer.build_models(["+fct_customer_rfm"])


def _run(file: Path, url: str, *stages: str) -> int:
    """`regulars run`; returns the orders that landed."""
    options = [word for stage in stages for word in ("--stage", stage)]
    command = [str(Path(sys.executable).with_name("regulars")), "run", str(file), "-w", url, "--quiet", *options]
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


def _cost(server: Postgres, work: Callable[[], int], rows: int) -> Cost:
    clock, processor = time.perf_counter(), _processor(server)
    found = work()
    cost = Cost(time.perf_counter() - clock, _processor(server) - processor)
    assert found == rows, f"{found:,} of {rows:,} rows"
    return cost


def _processor(server: Postgres) -> float:
    """Seconds of the processor of this process, those it started, and the server, as Linux counts them."""
    own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    main = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(") ")[2].split()
        except OSError:  # it has ended
            continue
        user, system, waited_user, waited_system = map(int, fields[11:15])
        if int(process.name) == main:
            ticks += user + system + waited_user + waited_system
        elif int(fields[1]) == main:
            ticks += user + system
    return sum(used.ru_utime + used.ru_stime for used in own) + ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    try:
        main()
    except pytest.skip.Exception as missing:
        print(f"not run: {missing}")
