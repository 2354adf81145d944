"""How fast the demo shop is made, beside a floor measured in the same run: DuckDB writing CSV files of the same shape.

The floor draws nothing and knows nobody: it writes as many rows with the same columns, from range(). Run it as
`python benchmarks/generate.py`; with `--customers 2000 --orders 12000` it takes seconds.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

MAKE = """
import sys
from pathlib import Path
from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
customers, orders, plain, folder = sys.argv[1:]
options = ShopOptions(customers=int(customers), orders=int(orders), plain_orders=plain == "plain")
print(generate(options, Path(folder)).customer_records)
"""

PLAIN_ORDERS = """
    select i + 100001 as order_id, i % 1000000 as customer_id, timestamp '2024-01-01' + to_seconds(i * 6) as ordered_at,
        (i % 10000 / 100)::decimal(18, 2) as amount, 'EUR' as currency, 'completed' as status, 'Online' as store
    from range($rows) as r(i)
"""
ORDERS = f"""
    select order_id, customer_id,
        if(order_id % 11 = 0, 'anna.schmidt' || customer_id || '@mail.example.com', null) as email,
        if(order_id % 11 = 0, '+447911123456', null) as phone,
        ordered_at, amount, currency, status, store,
        if(order_id % 20 = 0, amount, null) as refunded_amount,
        if(order_id % 20 = 0, ordered_at::date, null) as refund_date,
        if(order_id % 8 = 0, amount, null) as discount
    from ({PLAIN_ORDERS})
"""
CUSTOMERS = """
    select i + 1001 as customer_id, 'anna.schmidt' || i || '@mail.example.com' as email, '+447911123456' as phone,
        'Anna' as first_name, 'Schmidt' as last_name, 'female' as gender,
        date '1980-01-01' + (i % 9000)::int as birth_date, i % 90000 as income,
        i % 130 || ' Hauptstraße' as address, 'Neuruppin' as city, '16816' as postcode, 'DE' as country,
        timestamp '2024-01-01' + to_seconds(i * 60) as created_at, i % 3 > 0 as consent
    from range($rows) as r(i)
"""


def main() -> None:
    """Makes the dirty and the plain shop and prints one row for each."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--customers", type=int, default=1_000_000)
    arguments.add_argument("--orders", type=int, default=10_000_000)
    chosen = arguments.parse_args()
    print(f"{'shop':<8}{'orders':>12}{'records':>12}{'MB':>8}{'seconds':>10}{'floor':>8}{'ratio':>8}{'peak GB':>9}")
    for shop in ("plain", "dirty"):
        with tempfile.TemporaryDirectory() as folder:
            records, seconds, peak = make(chosen.customers, chosen.orders, shop, Path(folder) / "shop")
            megabytes = sum(path.stat().st_size for path in Path(folder).rglob("*.csv")) / 1e6
            floor = write_floor(chosen.orders, records, PLAIN_ORDERS if shop == "plain" else ORDERS, Path(folder))
        print(
            f"{shop:<8}{chosen.orders:>12,}{records:>12,}{megabytes:>8,.0f}"
            f"{seconds:>10.1f}{floor:>8.1f}{seconds / floor:>8.1f}{peak:>9.2f}"
        )


def make(customers: int, orders: int, shop: str, folder: Path) -> tuple[int, float, float]:
    """Customer records, seconds and peak gigabytes of a process of its own, its start and imports included."""
    since = time.perf_counter()
    command = [sys.executable, "-c", MAKE, str(customers), str(orders), shop, str(folder)]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - since
    # The peak of the hungriest child so far: the dirty shop needs more, so it comes second.
    return int(made.stdout), seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6


def write_floor(orders: int, records: int, order_columns: str, folder: Path) -> float:
    """Seconds that DuckDB takes to write both files from nothing."""
    since = time.perf_counter()
    with duckdb.connect() as connection:
        for name, rows, columns in (("orders", orders, order_columns), ("customers", records, CUSTOMERS)):
            query = columns.replace("$rows", str(rows))
            connection.execute(f"copy ({query}) to '{folder / name}.csv' (header)")
    return time.perf_counter() - since


if __name__ == "__main__":
    main()
