"""The Python door: tables in, Arrow out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

import regulars as rg
from regulars.errors import InputError

ORDERS = pa.table(
    {
        "order_id": [f"o{i}" for i in range(12)],
        "customer_id": [i % 5 for i in range(12)],
        "ordered_at": [dt.datetime(2025, 1 + i, 15, 10) for i in range(12)],
        "amount": [10.5 + i for i in range(12)],
    }
)


@pytest.fixture(scope="module")
def result() -> rg.Result:
    return rg.run(orders=ORDERS, settings=rg.Settings(), window_days=400)


def test_a_table_of_orders_becomes_segments(result: rg.Result) -> None:
    assert result.as_of == dt.date(2025, 12, 16)
    assert result.table("customer_segments").num_rows == 5
    assert sum(result.segments().column("customers").to_pylist()) == 5
    assert result.sql("select window_days from parameters").to_pylist() == [{"window_days": 400}]
    assert "land" in result.report.summaries and "Result(" in repr(result)


def test_what_is_not_there_is_said_plainly(result: rg.Result) -> None:
    with pytest.raises(InputError, match="There is no table `nothing`"):
        result.table("nothing")


@pytest.mark.slow
def test_a_temporary_warehouse_goes_with_its_result() -> None:
    result = rg.run(orders=ORDERS, settings=rg.Settings())
    folder = Path(result.warehouse)
    assert (folder / "live.duckdb").exists()
    del result
    assert not folder.exists()


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="is no table"):
        rg.run(orders=42, settings=rg.Settings())
