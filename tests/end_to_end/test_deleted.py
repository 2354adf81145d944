"""Deletions at the source, seen through a whole run: what they leave of orders, people and the money."""

from __future__ import annotations

from pathlib import Path

import regulars as rg
from regulars.settings import Settings

CUSTOMERS = """customer_id,email,first_name,deleted_at
c1,ann@mail.example,Ann,{c1}
c2,bob@mail.example,Bob,{c2}
c3,eve@mail.example,Eve,{c3}
"""
ORDERS = """order_id,customer_id,ordered_at,amount,status,is_deleted
o1,c1,2025-01-03,10,paid,f
o2,c1,2025-02-03,20,paid,{o2}
o3,c3,2025-02-05,40,paid,f
"""


def _run(folder: Path, **deleted: str) -> rg.Result:
    marks = {"c1": "", "c2": "", "c3": "", "o2": "f", **deleted}
    for name, text in (("customers", CUSTOMERS), ("orders", ORDERS)):
        (folder / f"{name}.csv").write_text(text.format(**marks))
    files = {"customers": folder / "customers.csv", "orders": folder / "orders.csv"}
    return rg.run(**files, warehouse=folder / "warehouse", settings=Settings())


def test_deleted_and_restored(tmp_path: Path) -> None:
    before = _run(tmp_path)
    ids = {row["email"]: row["customer_id"] for row in before.table("dim_customers").to_pylist()}
    assert set(ids) == {"ann@mail.example", "bob@mail.example", "eve@mail.example"}

    gone = _run(tmp_path, c1="2025-03-01", c2="2025-03-01", o2="t")
    rows = {row["customer_id"]: row for row in gone.table("dim_customers").to_pylist()}
    # Bob, who bought nothing, is nobody's customer any more; of Ann the order is left, and not who she is.
    assert set(rows) == {ids["ann@mail.example"], ids["eve@mail.example"]}
    ann = rows[ids["ann@mail.example"]]
    assert (ann["email"], ann["first_name"]) == (None, None)
    orders = {row["order_id"]: row for row in gone.table("fct_orders").to_pylist()}
    assert (orders["o1"]["customer_id"], orders["o1"]["is_valid"]) == (ids["ann@mail.example"], True)
    assert (orders["o2"]["status"], orders["o2"]["is_valid"]) == ("cancelled", False)
    money = gone.sql("select line, sum(amount) as amount from reconciliation where kind = 'money' group by line")
    assert {row["line"]: abs(float(row["amount"])) for row in money.to_pylist()}["cancelled"] == 20

    # Files that differ in something from the first ones, which have landed.
    back = _run(tmp_path, c3="0", o2="false")
    restored = {row["email"]: row["customer_id"] for row in back.table("dim_customers").to_pylist()}
    assert restored == ids
    loads = back.sql("select rows, staged, rejected, duplicates from loads where status = 'landed'").to_pylist()
    assert all(row["rows"] == row["staged"] + row["rejected"] + row["duplicates"] for row in loads)
