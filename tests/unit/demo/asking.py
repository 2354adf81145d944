"""SQL over the files of a demo shop, and its truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from regulars.demo.options import GeneratedShop

Ask = Callable[[str], list[tuple[Any, ...]]]


def truth(shop: GeneratedShop, name: str) -> dict[str, Any]:
    """One of the JSON files of the truth."""
    content: dict[str, Any] = json.loads((shop.truth_folder / f"{name}.json").read_text(encoding="utf-8"))
    return content


def asking(shop: GeneratedShop, *, as_text: bool) -> Iterator[Ask]:
    """Tables customers and orders (every column text, or typed), people, identity, guest_orders, rfm, future (typed).

    `records` are customers and `bought` are orders, each with its person_id.
    """
    with duckdb.connect() as connection:
        for file in (shop.customers_file, shop.orders_file):
            read = f"read_csv('{file}', header = true, all_varchar = {as_text})"
            connection.execute(f"create table {Path(file).stem} as select * from {read}")
        for file in shop.truth_folder.glob("*.csv"):
            connection.execute(f"create table {file.stem} as select * from read_csv('{file}', header = true)")
        connection.execute("""
            create view records as select c.*, i.* exclude (customer_id)
            from customers c join identity i on i.customer_id = c.customer_id::bigint
        """)
        connection.execute("""
            create view bought as select o.*, coalesce(i.person_id, g.person_id) as person_id from orders o
            left join identity i on i.customer_id = o.customer_id::bigint
            left join guest_orders g on g.order_id = o.order_id::bigint
        """)
        yield lambda sql: connection.execute(sql).fetchall()
