"""The whole stage `learn` for a large shop, against a floor measured in the same run.

The floor is what a notebook would do with the same file: read the purchase summaries, fit scikit-learn's classifier of
churn and its k-means once each, on one thread and with the settings of Regulars, apply both to everyone and write one
table. It chooses no k, foretells no value and no sales, and tests nothing. Run it on a quiet machine:

    python benchmarks/learn.py --orders 10000000 --customers 1000000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

_FLOOR = """
import duckdb, sys
import numpy as np
import pyarrow as pa
from sklearn.cluster import KMeans
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

threadpool_limits(1)
FEATURES = (
    'observed_days - t_x', 'x', 'observed_days', 'occasions_30', 'occasions_90', 'occasions_365', 'amount / (x + 1)',
    'amount_90', 'amount_365', 'case when x > 0 then t_x / x end',
    'case when t_x > 0 then (observed_days - t_x) * x / t_x end',
)
columns = ', '.join(f'cast({feature} as double) as feature_{place}' for place, feature in enumerate(FEATURES))
con = duckdb.connect(sys.argv[1], read_only=True)

def values(where, sample=''):
    table = con.sql(
        f'select {columns}, occasions_ahead = 0 as churned, customer_id'
        f' from intermediate.int_customers__purchase_summary where {where} {sample}'
    ).to_arrow_table()
    features = np.column_stack([table.column(place).to_numpy() for place in range(len(FEATURES))])
    return features, table['churned'].to_numpy(), table['customer_id']

origins = 'cut_off_number in (select cut_off_number from intermediate.int_learning_dates where is_origin)'
past, churned, _ = values(origins, 'using sample reservoir(300000 rows) repeatable (7)')
present, _, customers = values('cut_off_number = 1')
classifier = HistGradientBoostingClassifier(
    learning_rate=0.06, max_iter=150, max_leaf_nodes=15, early_stopping=False, random_state=7
).fit(past, churned)
chance = classifier.predict_proba(present)[:, 1]
points = StandardScaler().fit_transform(present[:, [0, 1, 6]])
clusters = KMeans(int(sys.argv[3]), n_init=1, random_state=7).fit_predict(points)
found = pa.table({'customer_id': customers, 'chance': chance, 'cluster': clusters})
with duckdb.connect(sys.argv[2]) as out:
    out.execute('create table predicted as select * from found')
"""
_FOUND = """
select
    (select count(*) from learned.customer_value),
    (select count(distinct cluster_id) from learned.cluster_profiles),
    count(distinct (model, horizon)) filter (where is_validated),
    count(distinct (model, horizon))
from learned.model_validation
"""


class Cost(NamedTuple):
    """Seconds of the clock and of the processor, and the peak memory of the process in GB."""

    wall: float
    busy: float
    memory: float

    def __str__(self) -> str:
        return f"{self.wall:6.1f} s  {self.busy:6.1f} s of processor  {self.memory:5.2f} GB"


def main() -> None:
    """Makes the shop, builds it once, times the stage and the floor in turn, and prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--models", nargs="+", default=["mbg_nbd"], help="mbg_nbd, bg_nbd, pareto_nbd")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _build(folder, asked.customers, asked.orders)
        print(
            f"{asked.orders:,} orders of {asked.customers:,} customers, best of {asked.rounds}, {os.cpu_count()} cores"
        )
        for model in asked.models:
            _compare(folder, model, asked.rounds)


def _compare(folder: Path, model: str, rounds: int) -> None:
    build, out = folder / "warehouse" / "build.duckdb", folder / "floor.duckdb"
    stages = [_regulars(folder, "learn", model) for _ in range(rounds)]
    customers, clusters, validated, tested = _found(build)
    floors = []
    for _ in range(rounds):
        out.unlink(missing_ok=True)
        floors.append(_timed([sys.executable, "-c", _FLOOR, str(build), str(out), str(max(clusters, 2))], os.environ))
    stage, floor = min(stages), min(floors)
    print(f"{model}: {customers:,} customers who bought, {clusters} clusters, {validated} of {tested} tests validated")
    print(f"  floor  {floor}")
    print(f"  learn  {stage}")
    print(f"  ratio  {stage.wall / floor.wall:6.1f}    {stage.busy / floor.busy:6.1f} of processor")


def _build(folder: Path, customers: int, orders: int) -> None:
    from regulars.demo.generator import generate
    from regulars.demo.options import ShopOptions

    options = ShopOptions(customers=customers, orders=orders, dirt=False, plain_orders=True)
    shop = generate(options, folder / "shop").orders_file
    for stage in ("land", "resolve", "build"):
        _regulars(folder, stage, "mbg_nbd", *([str(shop)] if stage == "land" else []))


def _regulars(folder: Path, stage: str, model: str, *files: str) -> Cost:
    command = [str(Path(sys.executable).with_name("regulars")), "run", *files, "--stage", stage]
    command += ["-w", str(folder / "warehouse"), "--quiet"]
    return _timed(command, {**os.environ, "REGULARS_VALUE__MODEL": model})


def _timed(command: list[str], environment: dict[str, str] | os._Environ[str]) -> Cost:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed with {status}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def _found(build: Path) -> tuple[int, int, int, int]:
    import duckdb

    with duckdb.connect(str(build), read_only=True) as connection:
        customers, clusters, validated, tested = connection.execute(_FOUND).fetchall()[0]
    return customers, clusters, validated, tested


if __name__ == "__main__":
    main()
