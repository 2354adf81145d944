"""From a shop's files to clusters by other algorithms and features, run after run: tables, models and SQL agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import regulars as rg
from regulars.cluster_settings import ClusterSettings
from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.engines.base import open_engine
from regulars.learn.cluster_sql import cluster_sql
from regulars.pipeline import Request, run_pipeline
from regulars.serve.queries import Queries
from regulars.serve.saved_models import live_clusters, models
from regulars.settings import Settings

EVERYTHING = ("recency", "frequency", "monetary", "average_order_value", "tenure_days", "age", "income")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    generate(ShopOptions(customers=600, seed=5), folder)
    return folder


def _run(shop: Path, warehouse: Path, **clusters: Any) -> Queries:
    settings = Settings(warehouse=str(warehouse), clusters=ClusterSettings(**clusters))
    run_pipeline(settings, Request(files=[str(shop / "customers.csv"), str(shop / "orders.csv")]))
    return Queries(open_engine(settings), settings.shop)


def _one(queries: Queries, statement: str) -> Any:
    return queries.sql(statement).column(0)[0].as_py()


def test_clusters_of_other_algorithms_and_features_reach_the_marts(shop: Path, tmp_path: Path) -> None:
    first = _run(shop, tmp_path / "w")
    buyers = _one(first, "select count(*) from fct_customer_rfm where rfm_score is not null")
    axes = first.sql("select * from cluster_axes order by axis, feature").to_pylist()
    assert _one(first, "select count(*) from customer_clusters where x is not null and z is not null") == buyers

    mixed = _run(shop, tmp_path / "w", algorithm="gaussian_mixture", k=4, features=EVERYTHING, scaler="standard")
    engine = open_engine(Settings(warehouse=str(tmp_path / "w")))
    live = live_clusters(engine)
    assert (live.model.algorithm, live.model.columns) == ("gaussian_mixture", EVERYTHING)
    same = "join customer_clusters using (customer_id, cluster_id)"
    assert _one(mixed, f"select count(*) from ({cluster_sql(live.model)}) as placed {same}") == buyers
    assert _one(mixed, "select sum(customers) from cluster_profiles") == buyers

    back = _run(shop, tmp_path / "w")
    assert back.sql("select * from cluster_axes order by axis, feature").to_pylist() == axes
    listed = [row for row in models(engine).to_pylist() if row["kind"] == "clusters"]
    assert [row["algorithm"] for row in listed] == ["kmeans", "gaussian_mixture", "kmeans"]
    assert [row["is_live"] for row in listed] == [True, False, False]


def test_customers_in_no_cluster_are_counted_and_a_failed_run_registers_nothing(shop: Path, tmp_path: Path) -> None:
    queries = _run(shop, tmp_path / "w", algorithm="dbscan", k_max=20)
    nobody = _one(queries, "select count(*) from customer_segments where cluster_name = 'Not clustered'")
    assert _one(queries, "select customers from cluster_profiles where cluster_id = -1") == nobody > 0
    assert _one(queries, "select count(*) from customer_clusters where distance is null") == nobody
    settings = Settings(warehouse=str(tmp_path / "w"), clusters=ClusterSettings(k=3))
    run_pipeline(settings, Request(stages=["build", "learn"]))
    listed = [row for row in models(open_engine(settings)).to_pylist() if row["kind"] == "clusters"]
    assert [row["algorithm"] for row in listed] == ["dbscan"]
    scored = rg.score(shop / "orders.csv", settings=settings)
    assert scored.num_rows > 300 and scored["problem"].null_count == scored.num_rows
