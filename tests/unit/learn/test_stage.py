from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from regulars import catalog
from regulars.cluster_settings import ClusterSettings
from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.learn.cluster_model import ClusterModel
from regulars.learn.registry import load_model
from regulars.learn.stage import last_clusters, learn

TABLES = (catalog.CUSTOMER_CLUSTERS, catalog.CLUSTER_PROFILES, catalog.CLUSTER_SEARCH, catalog.CLUSTER_AXES)


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
    learn(build, ClusterSettings(), tmp_path, "run-2", last_clusters(build))
    assert [_rows(build, table) for table in TABLES] == first


def test_too_few_customers_leave_empty_tables_and_no_model(build: Session, planted: tuple, tmp_path: Path) -> None:
    _with_customers(build, planted[0].slice(0, 5))
    report = learn(build, ClusterSettings(), tmp_path / "models", "run-1", None)
    assert (report.customers, report.clusters, report.model) == (0, 0, None)
    assert report.summary.startswith("No clusters: of 5 customers")
    assert [_rows(build, table).num_rows for table in TABLES] == [0, 0, 0, 0]
    assert build.columns(catalog.MODELS.name) == []
    assert not (tmp_path / "models").exists()


def test_the_settings_decide_on_k(build: Session, planted: tuple, tmp_path: Path) -> None:
    _with_customers(build, planted[0])
    report = learn(build, ClusterSettings(k=3), tmp_path, "run-1", None)
    assert report.clusters == 3
    assert _rows(build, catalog.CLUSTER_SEARCH)["k"].to_pylist() == [3]


def test_a_build_that_was_learned_before_registers_one_model_with_its_hash(
    build: Session, planted: tuple, tmp_path: Path
) -> None:
    _with_customers(build, planted[0])
    learn(build, ClusterSettings(), tmp_path, "run-1", None)
    report = learn(build, ClusterSettings(), tmp_path, "run-2", None)
    [row] = _rows(build, catalog.MODELS).to_pylist()
    assert (row["kind"], row["run_id"], row["algorithm"], row["customers"]) == ("clusters", "run-2", "kmeans", 1600)
    assert row["folder"] == "clusters/run-2"
    assert row["sha256"] == hashlib.sha256((report.model / "model.skops").read_bytes()).hexdigest()
    assert json.loads(row["card"])["names"] == list(report.names)


def test_features_beyond_rfm_are_read_from_the_marts_that_have_them(
    build: Session, planted: tuple, tmp_path: Path
) -> None:
    _with_customers(build, planted[0])
    build.execute(
        "create or replace table marts.dim_customers as select customer_id, (customer_id * 37 % 60 + 18)::int as age,"
        " case when customer_id % 3 = 0 then null else (20000 + customer_id % 977)::decimal(18,2) end as income"
        " from marts.incoming"
    )
    settings = ClusterSettings(features=("monetary", "age", "income"), scaler="standard")
    report = learn(build, settings, tmp_path, "run-1", None)
    assert report.customers == 1600
    _, card = load_model(report.model, "clusters")
    assert [(feature["column"], feature["is_logged"]) for feature in card["features"]] == [
        ("monetary", True),
        ("age", False),
        ("income", True),
    ]
    assert sorted(set(_rows(build, catalog.CLUSTER_AXES)["feature"].to_pylist())) == ["age", "income", "monetary"]


def test_a_warehouse_without_clusters_says_so(build: Session) -> None:
    for table in (catalog.CLUSTER_PROFILES, catalog.CLUSTER_AXES):
        build.execute(f"drop table {table.name}")
    assert last_clusters(build) is None
