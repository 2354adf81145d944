"""The query that scores customers gives the same clusters on PostgreSQL as the model does in Python."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from tests import servers

from regulars.learn.cluster_sql import cluster_sql
from regulars.learn.clusters import Search, find_clusters


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Postgres]:
    with servers.postgres() as server:
        yield server


def _customers() -> pa.Table:
    rng = np.random.default_rng(19)
    size = 5_000
    frequency = rng.negative_binomial(1, 0.2, size)
    monetary = np.round(frequency * rng.lognormal(3.5, 1, size) - rng.random(size) * 20, 2)
    return pa.table(
        {
            "customer_id": pa.array(np.arange(size)),
            "recency": pa.array([None if i % 11 == 0 else int(v) for i, v in enumerate(rng.integers(1, 366, size))]),
            "frequency": pa.array(frequency),
            "monetary": pa.array([None if i % 7 == 0 else float(v) for i, v in enumerate(monetary)]),
        }
    )


@pytest.mark.parametrize("algorithm", ["kmeans", "gaussian_mixture", "agglomerative"])
def test_postgresql_places_every_customer_where_python_does(server: servers.Postgres, algorithm: str) -> None:
    customers = _customers()
    found = find_clusters(customers, Search(algorithm=algorithm, k=5))
    rows = ", ".join(
        f"({', '.join('null' if value is None else str(value) for value in row.values())})"
        for row in customers.to_pylist()
    )
    table = f"shop_{algorithm}"
    placed = server.run(
        f"create table {table} (customer_id bigint, recency integer, frequency bigint, monetary numeric(18, 2))",
        f"insert into {table} values {rows}",
        f"select customer_id, cluster_id, cluster_name from ({cluster_sql(found.model, table, 'postgres')}) as placed"
        " order by customer_id",
    )
    expected = found.customers.select(["customer_id", "cluster_id", "cluster_name"]).to_pylist()
    assert placed == [tuple(row.values()) for row in expected]
