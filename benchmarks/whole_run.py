"""A whole `regulars run` of a large CSV against a floor measured in the same run; both must give the same codes.

The floor is one DuckDB process that reads the same file, groups it to RFM and scores it, and keeps nothing else: no raw
copy, no ledger, no identity, no checks. Run it on a quiet machine:

    python benchmarks/whole_run.py --orders 10000000 --customers 1000000
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_FLOOR = """
import duckdb, sys
con = duckdb.connect(sys.argv[2])
con.execute('''
create table codes as
with orders as (
    select customer_id, order_id, cast(ordered_at as date) as day, cast(amount as decimal(18, 2)) as amount
    from read_csv($1) where status = 'completed' and amount > 0
),
basis as (select max(day) + 1 as as_of from orders),
rfm as (
    select
        customer_id, any_value(as_of) - max(day) as recency,
        count(distinct order_id) filter (where day >= as_of - 365) as frequency,
        sum(amount) filter (where day >= as_of - 365) as monetary
    from orders cross join basis group by customer_id
),
places as (
    select
        *, count(*) over () as n,
        rank() over (order by recency desc) - 1 as r_rank, rank() over (order by frequency) - 1 as f_rank,
        rank() over (order by monetary) - 1 as m_rank
    from rfm where recency <= 365
),
lumps as (
    select
        n, count(*) filter (where r_rank = 0) as r_lump, count(*) filter (where f_rank = 0) as f_lump,
        count(*) filter (where m_rank = 0) as m_lump
    from places group by n
)
select customer_id,
    case when r_lump * 5 <= n then least(5, 1 + 5 * r_rank // greatest(n - 1, 1))
         when r_rank = 0 then 1 else least(5, 2 + 4 * (r_rank - r_lump) // greatest(n - r_lump - 1, 1)) end as r,
    case when f_lump * 5 <= n then least(5, 1 + 5 * f_rank // greatest(n - 1, 1))
         when f_rank = 0 then 1 else least(5, 2 + 4 * (f_rank - f_lump) // greatest(n - f_lump - 1, 1)) end as f,
    case when m_lump * 5 <= n then least(5, 1 + 5 * m_rank // greatest(n - 1, 1))
         when m_rank = 0 then 1 else least(5, 2 + 4 * (m_rank - m_lump) // greatest(n - m_lump - 1, 1)) end as m
from places join lumps using (n)
''', [sys.argv[1]])
con.close()
"""
_COMPARE = """
select count(*) from (
    select cast(r as varchar) || cast(f as varchar) || cast(m as varchar) as code, count(*) as customers
    from floor.codes group by code
    except
    select rfm_score, count(*) from live.marts.fct_customer_rfm where is_active group by rfm_score
)
"""


def main() -> None:
    """Makes the shop, times both, compares their codes and prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        orders = _shop(folder, asked.customers, asked.orders)
        floors, runs = [], []
        for _ in range(asked.rounds):
            (folder / "floor.duckdb").unlink(missing_ok=True)
            shutil.rmtree(folder / "warehouse", ignore_errors=True)
            floors.append(_timed([sys.executable, "-c", _FLOOR, str(orders), str(folder / "floor.duckdb")]))
            regulars = str(Path(sys.executable).with_name("regulars"))
            runs.append(_timed([regulars, "run", str(orders), "-w", str(folder / "warehouse"), "--quiet"]))
        print(
            f"{asked.orders:,} orders of {asked.customers:,} customers, best of {asked.rounds}, {os.cpu_count()} cores"
        )
        print(f"floor         {min(floors)[0]:6.1f} s  {min(floors)[1]:5.2f} GB")
        print(f"regulars run  {min(runs)[0]:6.1f} s  {min(runs)[1]:5.2f} GB")
        print(f"ratio         {min(runs)[0] / min(floors)[0]:6.1f}")
        print(f"same codes    {_same_codes(folder)}")


def _shop(folder: Path, customers: int, orders: int) -> Path:
    from regulars.demo.generator import generate
    from regulars.demo.options import ShopOptions

    options = ShopOptions(customers=customers, orders=orders, dirt=False, plain_orders=True)
    return generate(options, folder / "shop").orders_file


def _timed(command: list[str]) -> tuple[float, float]:
    """Seconds, and the peak memory of the process in GB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed with {status}")
    return time.perf_counter() - started, usage.ru_maxrss / 1e6


def _same_codes(folder: Path) -> str:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'floor.duckdb'}' as floor (read_only)")
        connection.execute(f"attach '{folder / 'warehouse' / 'live.duckdb'}' as live (read_only)")
        [[different]] = connection.execute(_COMPARE).fetchall()
    return "yes" if different == 0 else f"no, {different} codes differ"


if __name__ == "__main__":
    main()
