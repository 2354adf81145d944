from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.learn.cluster_model import ClusterModel
from regulars.learn.registry import load_model
from regulars.learn.stage import learn
from regulars.settings import ClusterSettings

TABLES = (catalog.CUSTOMER_CLUSTERS, catalog.CLUSTER_PROFILES, catalog.CLUSTER_SEARCH)


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Session]:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    with engine.build(fresh=True) as session:
        yield session


def _with_customers(build: Session, customers: pa.Table) -> None:
    """The customers, and one who never bought, as the core marts leave them."""
    build.replace("marts.incoming", customers)
    build.execute(
        "create or replace table marts.fct_customer_rfm as select customer_id, recency, frequency,"
        " monetary::decimal(18,2) as monetary, '333' as rfm_score from marts.incoming"
        " union all by name select 1 as customer_id, 366 as recency, 0 as frequency, 0 as monetary, null as rfm_score"
    )


def _rows(build: Session, table: catalog.Table) -> pa.Table:
    return build.query(f"select * from {table.name} order by 1")


def test_those_who_ever_bought_get_clusters_and_the_model_is_saved(
    build: Session, planted: tuple, tmp_path: Path
) -> None:
    customers, _ = planted
    _with_customers(build, customers)
    report = learn(build, ClusterSettings(), tmp_path / "models", "run-1", None)
    assert (report.customers, report.clusters, report.reason) == (1600, 4, "")
    assert report.summary == f"1,600 customers in 4 clusters: {', '.join(report.names)}"
    assert _rows(build, catalog.CUSTOMER_CLUSTERS)["customer_id"].to_pylist() == customers["customer_id"].to_pylist()

    content, card = load_model(report.model, "clusters")
    assert report.model == tmp_path / "models" / "clusters" / "run-1"
    assert (card["run_id"], card["k"], card["customers"]) == ("run-1", 4, 1600)
    again = ClusterModel.from_content(content).assign(customers)
    assert again["cluster_id"].to_pylist() == _rows(build, catalog.CUSTOMER_CLUSTERS)["cluster_id"].to_pylist()


def test_the_tables_have_the_columns_and_types_of_the_catalogue(build: Session, planted: tuple, tmp_path: Path) -> None:
    before = {table.name: build.query(f"describe {table.name}").select([0, 1]) for table in TABLES}
    _with_customers(build, planted[0])
    learn(build, ClusterSettings(), tmp_path, "run-1", None)
    assert {table.name: build.query(f"describe {table.name}").select([0, 1]) for table in TABLES} == before


def test_a_second_run_with_the_first_ones_profiles_changes_nothing(
    build: Session, planted: tuple, tmp_path: Path
) -> None:
    _with_customers(build, planted[0])
    learn(build, ClusterSettings(), tmp_path, "run-1", None)
    first = [_rows(build, table) for table in TABLES]
    learn(build, ClusterSettings(), tmp_path, "run-2", first[1])
    assert [_rows(build, table) for table in TABLES] == first


def test_too_few_customers_leave_empty_tables_and_no_model(build: Session, planted: tuple, tmp_path: Path) -> None:
    _with_customers(build, planted[0].slice(0, 5))
    report = learn(build, ClusterSettings(), tmp_path / "models", "run-1", None)
    assert (report.customers, report.clusters, report.model) == (0, 0, None)
    assert report.summary.startswith("No clusters: of 5 customers")
    assert [_rows(build, table).num_rows for table in TABLES] == [0, 0, 0]
    assert not (tmp_path / "models").exists()


def test_the_settings_decide_on_k(build: Session, planted: tuple, tmp_path: Path) -> None:
    _with_customers(build, planted[0])
    report = learn(build, ClusterSettings(k=3), tmp_path, "run-1", None)
    assert report.clusters == 3
    assert _rows(build, catalog.CLUSTER_SEARCH)["k"].to_pylist() == [3]
