"""Scoring a million new customers by the models of a published warehouse, against a floor of the same run.

Segment, cluster, value with intervals at three horizons and churn of every customer, from CSV to CSV; and the same
without the history of the customers, which leaves segment and cluster. The floor is DuckDB reading the file and writing
a file as wide as the result. Run it on a quiet machine:

    python benchmarks/scoring.py --customers 1000000
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv

from regulars.pipeline import Request, run_pipeline
from regulars.scoring import score_file
from regulars.settings import Settings


def main() -> None:
    """Makes a shop and new customers, times both, and prints the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    customers = _customers(asked.customers)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = _published(folder)
        whole, short = folder / "whole.csv", folder / "short.csv"
        pa.csv.write_csv(customers, whole)
        pa.csv.write_csv(customers.select(["customer_id", "recency", "frequency", "monetary"]), short)
        for what, new in (("everything", whole), ("segment and cluster", short)):
            _measure(what, settings, new, folder, asked.rounds)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def _measure(what: str, settings: Settings, new: Path, folder: Path, rounds: int) -> None:
    scored = folder / "scored.csv"
    report = score_file(settings, str(new), scored)
    assert report.scored == report.rows and report.foretold == (report.rows if what == "everything" else 0)
    seconds = _best(rounds, lambda: score_file(settings, str(new), scored))
    # What the database alone takes to read this file and to write one as wide as the result.
    read = f"select count(*), max(columns(*)) from read_csv('{new}')"
    write = f"copy (select * from read_parquet('{folder / 'scored.parquet'}')) to '{folder / 'copy.csv'}' (header)"
    score_file(settings, str(new), folder / "scored.parquet")
    floor = _best(rounds, lambda: (duckdb.connect().execute(read).fetchall(), duckdb.connect().execute(write)))
    for clock, mine, theirs in zip(("seconds", "seconds of processor"), seconds, floor, strict=True):
        print(
            f"{report.rows:,} new customers scored, {what}, CSV to CSV: {mine:.1f} {clock}; DuckDB reads the file and"
            f" writes the result: {theirs:.1f}; ratio {mine / theirs:.1f}"
        )


def _published(folder: Path) -> Settings:
    rng = np.random.default_rng(6)
    size, customers = 20_000, 3_000
    first = rng.integers(0, 600, customers)
    whose = (rng.random(size) ** 2 * customers).astype(int)
    days = first[whose] + (rng.random(size) ** 2 * (730 - first[whose])).astype(int)
    orders = pa.table(
        {
            "order_id": np.arange(size),
            "customer_id": whose,
            "ordered_at": np.datetime64("2024-01-01") + days,
            "amount": np.round(rng.lognormal(3.5, 0.8, size), 2),
        }
    )
    pa.csv.write_csv(orders, folder / "orders.csv")
    settings = Settings(warehouse=str(folder / "warehouse"))
    run_pipeline(settings, Request(files=[str(folder / "orders.csv")]))
    return settings


def _customers(size: int) -> pa.Table:
    """Two years of a shop: how long ago each came first and last, how often and for how much."""
    rng = np.random.default_rng(5)
    tenure = rng.integers(1, 731, size)
    orders = 1 + rng.negative_binomial(1, 0.25, size)
    since = np.where(orders == 1, tenure, 1 + (rng.random(size) * tenure).astype(int))
    is_active = since <= 365
    frequency = np.where(is_active, np.maximum(1, np.round(orders * np.minimum(1, 365 / tenure))), 0).astype(int)
    mean = np.round(rng.lognormal(3.5, 0.8, size), 2)
    return pa.table(
        {
            "customer_id": np.arange(1, size + 1),
            "recency": np.where(is_active, since, 366),
            "frequency": frequency,
            "monetary": np.round(frequency * mean, 2),
            "orders": orders,
            "tenure_days": tenure,
            "days_since_last_order": since,
            "average_order_value": mean,
        }
    )


def _best(rounds: int, work: Callable[[], Any]) -> tuple[float, float]:
    """The fewest seconds of the clock, and of the processor, which other programs of the machine disturb less."""
    seconds, processor = [], []
    for _ in range(rounds):
        started, used = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    return min(seconds), min(processor)


if __name__ == "__main__":
    main()
