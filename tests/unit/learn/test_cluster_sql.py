"""The SQL of a clustering gives every customer the cluster that Python gives."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.learn.cluster_model import ClusterModel
from regulars.learn.cluster_sql import cluster_sql
from regulars.learn.clusters import Search, find_clusters
from regulars.learn.features import RFM_FEATURES, Feature

ABLE = ("kmeans", "gaussian_mixture", "agglomerative")


def _odd_customers(size: int) -> pa.Table:
    """Customers of every kind: lapsed, paid back, beyond all limits, and with any value missing."""
    rng = np.random.default_rng(13)
    columns = {
        "recency": rng.integers(0, 800, size).astype(float),
        "frequency": rng.negative_binomial(1, 0.2, size).astype(float),
        "monetary": np.round(rng.normal(200, 900, size), 2),
        "age": rng.integers(16, 99, size).astype(float),
    }
    arrays = [
        pa.array(np.where(rng.random(size) < 0.1, np.nan, column), from_pandas=True) for column in columns.values()
    ]
    return pa.table({"customer_id": np.arange(size), **dict(zip(columns, arrays, strict=True))})


@pytest.fixture(scope="module", params=ABLE)
def model(request: pytest.FixtureRequest, online_retail: pa.Table) -> ClusterModel:
    return find_clusters(online_retail, Search(algorithm=request.param, k=6)).model


def _in_duckdb(model: ClusterModel, customers: pa.Table) -> pa.Table:
    with duckdb.connect() as connection:
        connection.register("new_customers", customers)
        query = f"select * from ({cluster_sql(model, 'new_customers')}) placed order by customer_id"
        return connection.sql(query).to_arrow_table()


def test_every_customer_of_online_retail_gets_the_cluster_of_the_fit(
    model: ClusterModel, online_retail: pa.Table
) -> None:
    expected = model.assign(online_retail).sort_by("customer_id")
    found = _in_duckdb(model, online_retail)
    assert found["cluster_id"].to_pylist() == expected["cluster_id"].to_pylist()
    assert found["cluster_name"].to_pylist() == expected["cluster_name"].to_pylist()


def test_customers_of_every_odd_kind_get_the_cluster_of_the_model(model: ClusterModel) -> None:
    customers = _odd_customers(20_000)
    assert _in_duckdb(model, customers)["cluster_id"].to_pylist() == model.assign(customers)["cluster_id"].to_pylist()


@pytest.mark.parametrize("scaler", ["robust", "standard", "minmax", "none"])
@pytest.mark.parametrize("is_logged", [True, False])
def test_every_scaler_and_further_features_are_said_in_sql_too(scaler: str, is_logged: bool) -> None:
    features = (*(Feature(each.column, is_logged) for each in RFM_FEATURES), Feature("age", is_logged=False))
    customers = _odd_customers(3_000)
    found = find_clusters(customers, Search(k=4), features=features, scaler=scaler)
    assert _in_duckdb(found.model, customers)["cluster_id"].to_pylist() == found.customers["cluster_id"].to_pylist()


_VALUES = st.none() | st.floats(-1e6, 1e6) | st.integers(0, 400).map(float)


@given(st.lists(st.tuples(_VALUES, _VALUES, _VALUES), min_size=1, max_size=40))
def test_whatever_the_values_sql_and_python_agree(rows: list[tuple[float | None, ...]]) -> None:
    columns = [pa.array(column, pa.float64()) for column in zip(*rows, strict=True)]
    customers = pa.table([pa.array(range(len(rows))), *columns], ["customer_id", "recency", "frequency", "monetary"])
    expected = _planted_model().assign(customers)["cluster_id"].to_pylist()
    assert _in_duckdb(_planted_model(), customers)["cluster_id"].to_pylist() == expected


def _planted_model(made: list[ClusterModel] = []) -> ClusterModel:  # noqa: B006
    """Made once: Hypothesis and fixtures of a function do not mix."""
    if not made:
        made.append(find_clusters(_odd_customers(2_000), Search(k=5)).model)
    return made[0]


@pytest.mark.parametrize("algorithm", ["spectral", "dbscan", "hdbscan"])
def test_clusters_by_the_nearest_member_have_no_query_and_say_what_to_do(algorithm: str, planted: tuple) -> None:
    model = find_clusters(planted[0], Search(algorithm=algorithm)).model
    with pytest.raises(InputError, match=r"SQL cannot say in one query. Use `regulars score`, or set `algorithm`"):
        cluster_sql(model)


@pytest.mark.parametrize("table", ["a b", "x; drop table y", "(select 1)", "", "a.b.c.d"])
def test_only_names_of_tables_go_into_the_query(table: str) -> None:
    with pytest.raises(InputError, match="is no name of a table"):
        cluster_sql(_planted_model(), table)


def test_without_a_table_the_marts_are_asked() -> None:
    assert "from marts.fct_customer_rfm" in cluster_sql(_planted_model())
    assert '"My shop".customers' in cluster_sql(_planted_model(), '"My shop".customers')
