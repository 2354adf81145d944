"""Customers for the tests of the models: planted groups, a real shop, and tables made of a few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from tests.unit.learn.buyers import Buyers, read_cdnow
from threadpoolctl import threadpool_limits

# Typical recency, frequency and monetary of groups that no one would mix up.
PLANTED = {"regulars": (8, 20, 3000.0), "one-time": (10, 1, 25.0), "gone": (300, 1, 400.0), "faded": (250, 12, 60.0)}


def customer_table(recency: Sequence[float], frequency: Sequence[float], monetary: Sequence[float]) -> pa.Table:
    """The columns that the stage reads, with golden ids."""
    return pa.table(
        {
            "customer_id": pa.array(range(100000001, 100000001 + len(recency)), pa.int64()),
            "recency": pa.array(recency, pa.int64()),
            "frequency": pa.array(frequency, pa.int64()),
            "monetary": pa.array(monetary, pa.float64()),
        }
    )


@pytest.fixture(scope="session")
def customers_of() -> Callable[..., pa.Table]:
    """Makes a table of customers from three lists."""
    return customer_table


@pytest.fixture(scope="session")
def planted() -> tuple[pa.Table, np.ndarray]:
    """1,600 customers in four groups, mixed, and the group of each."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, len(PLANTED), 1600)
    centre = np.array(list(PLANTED.values()))[truth]
    spread = np.exp(rng.normal(0, 0.12, centre.shape))
    recency, frequency, monetary = (centre * spread).T
    return customer_table(recency.round().astype(int), np.maximum(frequency.round(), 1).astype(int), monetary), truth


@pytest.fixture(scope="session")
def online_retail(shared_data: Path) -> pa.Table:
    """Recency, frequency and monetary of the 4,338 customers of UCI Online Retail, over the whole of its 374 days."""
    query = f"""
        select "CustomerID"::bigint as customer_id, date '2011-12-10' - max("InvoiceDate"::date) as recency,
            count(distinct "InvoiceNo") as frequency, sum("Quantity" * "UnitPrice") as monetary
        from '{shared_data / "online_retail.parquet"}'
        where "CustomerID" is not null and "Quantity" > 0 and "UnitPrice" > 0
        group by 1
    """
    with duckdb.connect() as connection:
        return connection.sql(query).to_arrow_table()


@pytest.fixture(scope="session")
def cdnow(shared_data: Path) -> Buyers:
    """The customers of the published results."""
    return read_cdnow(shared_data)


@pytest.fixture
def on_one_thread() -> Iterator[None]:
    """As the search does it: threads would only wait for each other over so few points."""
    with threadpool_limits(1):
        yield
