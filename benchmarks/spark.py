"""The same orders landed, resolved and built on Spark and on DuckDB, in seconds of the clock and of processors.

Two sizes tell what an order costs from what a run costs at all: the slope between them is what docs/scaling.md goes by.
The marts of both must be the same. Run it on a quiet machine:

    python benchmarks/spark.py --orders 1000000 --orders 10000000
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
import time
from pathlib import Path

from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.base import open_engine
from regulars.engines.spark_session import stop_spark
from regulars.pipeline import Nobody, Request, run_pipeline
from regulars.settings import Settings

_TICKS = os.sysconf("SC_CLK_TCK")
_ORDERS_PER_CUSTOMER = 10
_MARTS = {
    "fct_customer_rfm": "customer_id",
    "customer_behavior_metrics": "customer_id",
    "cohort_retention": "cohort_month, month_number",
    "daily_sales": "date",
}


class _Clock(Nobody):
    """Notes what each stage took, of the clock and of the processors of this process and the JVMs it started."""

    def __init__(self) -> None:
        self.stages: dict[str, tuple[float, float]] = {}
        self._started = (0.0, 0.0)

    def stage_started(self, name: str, what: str) -> None:
        self._started = (time.perf_counter(), _processor())

    def stage_finished(self, name: str, summary: str, seconds: float) -> None:
        clock, processor = self._started
        self.stages[name] = (time.perf_counter() - clock, _processor() - processor)


def main() -> None:
    """Runs each size on both engines, compares what they built and prints a table per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, action="append", help="a size; can be given more than once")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="4g", help="of the driver, which on this machine does the work")
    asked = parser.parse_args()
    for orders in asked.orders or [100_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as name:
            _compare(Path(name), orders, asked.master, asked.memory)


def _compare(folder: Path, orders: int, master: str, memory: str) -> None:
    options = ShopOptions(customers=orders // _ORDERS_PER_CUSTOMER, orders=orders, dirt=False, plain_orders=True)
    files = [str(generate(options, folder / "shop").orders_file)]
    spark = {"serving": str(folder / "home"), "conf": {"spark.driver.memory": memory}}
    on_duckdb = Settings.model_validate({"warehouse": str(folder / "duckdb")})
    on_spark = Settings.model_validate({"warehouse": master, "spark": spark})
    clocks = {}
    for name, settings in {"DuckDB": on_duckdb, "Spark": on_spark}.items():
        clocks[name] = _Clock()
        run_pipeline(settings, Request(files, stages=("land", "resolve", "build")), clocks[name])
    assert _built(on_duckdb) == _built(on_spark), "the engines differ"
    lake = sum(file.stat().st_size for file in (folder / "home" / "lake").rglob("*.parquet"))
    print(f"{orders:,} orders; {lake / orders:.0f} bytes of Parquet per order in the lake")
    print("stage      DuckDB clock  processor   Spark clock  processor")
    for stage, (clock, processor) in clocks["DuckDB"].stages.items():
        spark_clock, spark_processor = clocks["Spark"].stages[stage]
        print(f"{stage:10}{clock:12.1f} s{processor:9.1f} s{spark_clock:12.1f} s{spark_processor:9.1f} s", flush=True)
    stop_spark()


def _built(settings: Settings) -> dict[str, str]:
    """A hash over all rows of some marts, in the order of their keys."""
    found = {}
    with open_engine(settings).build() as build:
        for mart, key in _MARTS.items():
            rows = build.stream(f"select * from marts.{mart} order by {key}").read_all()
            columns = (f"{name} {rows[name].combine_chunks().to_pylist()}" for name in sorted(rows.schema.names))
            found[mart] = hashlib.sha256("\n".join(columns).encode()).hexdigest()
    return found


def _processor() -> float:
    """Seconds of processors that this process and the JVMs below it have used."""
    own, used = str(os.getpid()), time.process_time()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            command, _, rest = stat.read_text().partition(") ")
        except OSError:  # it has ended
            continue
        fields = rest.split()
        if command.endswith("(java") and fields[1] == own:
            used += (int(fields[11]) + int(fields[12])) / _TICKS
    return used


if __name__ == "__main__":
    main()
