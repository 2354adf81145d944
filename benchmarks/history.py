"""The history of every month end against the best single DuckDB query for the same table; both must give the same rows.

Both start from the orders of one build. The floor is one statement; Regulars builds its models, and their result is
stored as the floor's is. Run it on a quiet machine:

    python benchmarks/history.py --orders 10000000 --customers 1000000
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODELS = (
    *("int_as_of_dates", "int_as_of_dates__by_day", "int_customers__running_totals", "int_customers__rfm_values"),
    *("int_customers__ntile_scores", "int_rfm_values__counted", "int_rfm_values__scored", "int_rfm_scores__counted"),
    *("int_rfm_thresholds", "int_rfm_thresholds__in_one_row", "int_customers__rfm_scored", "customer_rfm_history"),
)
COLUMNS = "customer_id, as_of, rfm_score, segment, recency, frequency, monetary"
FLOOR = """
create or replace table history as
with run as (select max(order_date) + 1 as last from orders where is_valid),
dates as (
    select row_number() over (order by as_of) as n, as_of, as_of - 365 as window_start
    from (
        select cast(unnest(generate_series(date_trunc('month', min(order_date)) + interval 1 month,
            cast(any_value(last) as timestamp), interval 1 month)) as date) as as_of
        from orders cross join run where is_valid
        union select last from run
    )
),
days as (
    select day, min(n) filter (as_of > day) as seen,
        coalesce(min(n) filter (window_start > day), max(n) + 1) as gone
    from (select distinct order_date as day from orders) cross join dates group by day
),
changes as (
    select customer_id, seen, gone, max(order_date) filter (is_valid) as last_order,
        count(*) filter (is_valid) as orders, sum(net_amount) as net
    from (select customer_id, seen, gone, order_date, is_valid, net_amount
        from orders join days on order_date = day where customer_id is not null)
    group by customer_id, seen, gone
),
totals as (
    select customer_id, seen, gone, lead(seen, 1, 9999) over w as seen_until, lead(gone, 1, 9999) over w as gone_until,
        max(last_order) over w as last_order, cast(sum(orders) over w as bigint) as orders,
        cast(sum(net) over w as decimal(18, 2)) as net
    from changes
    window w as (partition by customer_id order by seen, gone rows between unbounded preceding and current row)
),
valued as materialized (
    select now.customer_id, now.n, now.as_of, now.orders,
        now.orders - coalesce(before.orders, 0) as frequency,
        case when now.orders > coalesce(before.orders, 0) then now.as_of - now.last_order else 366 end as recency,
        case when now.orders > coalesce(before.orders, 0)
            then cast(now.net - coalesce(before.net, 0) as decimal(18, 2)) else 0 end as monetary
    from (select t.*, n, as_of from totals t join dates on seen <= n and seen_until > n) as now
    left join (select customer_id, orders, net, n from totals join dates on gone <= n and gone_until > n) as before
        using (customer_id, n)
),
counted as (
    select n, 'r' as metric, -recency as worth, count(*) as c from valued where frequency > 0 group by all
    union all select n, 'f', frequency, count(*) from valued where frequency > 0 group by all
    union all
    select n, 'm', cast(monetary * 100 as bigint), count(*) from valued where frequency > 0 group by all
),
placed as (
    select *, cast(sum(c) over (partition by n, metric order by worth) - c as bigint) as worse,
        first_value(c) over (partition by n, metric order by worth) as lump,
        cast(sum(c) over (partition by n, metric) as bigint) as everyone
    from counted
),
scored as (
    select n, metric, worth, case
        when lump * 5 <= everyone then least(5, 1 + coalesce(5 * worse // nullif(everyone - 1, 0), 0))
        when worse = 0 then 1
        else 1 + least(4, 1 + coalesce(4 * (worse - lump) // nullif(everyone - lump - 1, 0), 0)) end as score
    from placed
),
edges as (
    select n, {edges} from scored group by n
),
coded as (
    select v.customer_id, v.n, v.as_of, v.recency, v.frequency, v.monetary, v.orders,
        case when v.orders > 0 then case when frequency = 0 then 1 {r} else 1 end end as r,
        case when v.orders > 0 then case when frequency = 0 then 1 {f} else 1 end end as f,
        case when v.orders > 0 then case when frequency = 0 then 1 {m} else 1 end end as m
    from valued v left join edges e on v.n = e.n
)
select customer_id, as_of, cast(r as varchar) || cast(f as varchar) || cast(m as varchar) as rfm_score,
    case when orders = 0 then 'Prospect' else segment end as segment, recency, frequency, monetary
from coded
left join codes on r = r_score and f = f_score and m = m_score and is_single_order = (orders = 1)
"""


def floor_statement() -> str:
    """The statement, with the edges of the five scores written out."""
    edges, cases = [], {}
    for metric, worth in (("r", "-recency"), ("f", "frequency"), ("m", "cast(monetary * 100 as bigint)")):
        edges += [f"min(worth) filter (metric = '{metric}' and score = {s}) as {metric}{s}" for s in range(2, 6)]
        cases[metric] = " ".join(f"when {worth} >= {metric}{s} then {s}" for s in range(5, 1, -1))
    return FLOOR.format(edges=", ".join(edges), **cases)


def main() -> None:
    """Makes the shop, times both in processes of their own, compares their rows and prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--part", choices=["floor", "models"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        print(_floor(asked.folder) if asked.part == "floor" else _models(asked.folder))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = asked.folder or Path(name)
        if not (folder / "warehouse").is_dir():
            _prepare(folder, asked.customers, asked.orders)
        times: dict[str, list[tuple[float, float]]] = {"floor": [], "models": []}
        for _ in range(asked.rounds):
            for part, taken in times.items():
                taken.append(_in_a_process(part, folder))
        rows, dates, differing = _compared(folder)
        print(f"{rows:,} rows at {dates} dates, best of {asked.rounds}, {os.cpu_count()} cores")
        print(f"floor   {min(times['floor'])[0]:6.1f} s  {min(times['floor'])[1]:5.2f} GB")
        print(f"models  {min(times['models'])[0]:6.1f} s  {min(times['models'])[1]:5.2f} GB")
        print(f"ratio   {min(times['models'])[0] / min(times['floor'])[0]:6.1f}")
        print(f"rows that differ: {differing}")


def _prepare(folder: Path, customers: int, orders: int) -> None:
    from regulars.demo.generator import generate
    from regulars.demo.options import ShopOptions
    from regulars.engines.base import open_engine
    from regulars.parameters import write_parameters
    from regulars.pipeline import Request, run_pipeline
    from regulars.settings import Settings
    from regulars.transform import Transformer

    shop = generate(ShopOptions(customers=customers, orders=orders, dirt=False, plain_orders=True), folder / "shop")
    settings = Settings(warehouse=str(folder / "warehouse"))
    run_pipeline(settings, Request(files=[str(shop.orders_file)], stages=["land", "resolve"]))
    engine = open_engine(settings)
    with engine.build(fresh=True) as build:
        write_parameters(build, settings)
    transformer = Transformer(engine.dbt_environment(), engine.dbt_target, engine.dbt_folder)
    transformer.build_models(["+int_customers__golden", "+int_run_parameters", "int_refunds__dated"])


def _in_a_process(part: str, folder: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, "--part", part, "--folder", str(folder)]
    seconds, gigabytes = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-2:]
    return float(seconds), float(gigabytes)


def _floor(folder: Path) -> str:
    import duckdb

    with duckdb.connect(str(folder / "floor.duckdb")) as connection:
        connection.execute("set memory_limit = '4GB'")
        connection.execute(f"attach '{folder / 'warehouse' / 'build.duckdb'}' as build (read_only)")
        connection.execute("create temporary view orders as from build.intermediate.int_orders__valued")
        connection.execute("create temporary view codes as from build.settings.segment_codes")
        started = time.perf_counter()
        connection.execute(floor_statement())
        connection.execute("checkpoint")
        return _taken(started)


def _models(folder: Path) -> str:
    from regulars.engines.base import open_engine
    from regulars.settings import Settings
    from regulars.transform import Transformer

    engine = open_engine(Settings(warehouse=str(folder / "warehouse")))
    transformer = Transformer(engine.dbt_environment(), engine.dbt_target, engine.dbt_folder)
    # Reading the dbt project happens while a run lands its files, and is no part of this.
    transformer.build_models(["int_run_parameters"])
    started = time.perf_counter()
    transformer.build_models(MODELS)
    with engine.build() as build:
        build.execute(f"create or replace table marts.stored as select {COLUMNS} from marts.customer_rfm_history")
    return _taken(started)


def _taken(started: float) -> str:
    seconds = time.perf_counter() - started
    return f"{seconds} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}"


def _compared(folder: Path) -> tuple[int, int, int]:
    import duckdb

    with duckdb.connect(str(folder / "warehouse" / "build.duckdb")) as connection:
        connection.execute(f"attach '{folder / 'floor.duckdb'}' as floor (read_only)")
        sizes = connection.execute("select count(*), count(distinct as_of) from marts.stored").fetchone() or (0, 0)
        differing = 0
        for one, other in (("marts.stored", "floor.main.history"), ("floor.main.history", "marts.stored")):
            sql = f"select count(*) from (select {COLUMNS} from {one} except all select {COLUMNS} from {other})"
            differing += (connection.execute(sql).fetchone() or (0,))[0]
        return sizes[0], sizes[1], differing


if __name__ == "__main__":
    main()
