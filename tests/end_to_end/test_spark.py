"""Spark gives the marts that DuckDB gives: on this machine, on a cluster of other processes, and by Spark Connect."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from tests.end_to_end import doors
from tests.servers_spark import COMPILED, SMALL, spark_cluster, spark_connect

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is absent: Spark needs Java 17"),
]


@pytest.fixture(scope="module")
def on_duckdb(shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop as the embedded warehouse has it."""
    folder = tmp_path_factory.mktemp("duckdb")
    done = doors.command("run", *_files(shop_files), folder=folder)
    assert done.exit_code == 0, done.errors
    return folder / "warehouse"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A master and a worker."""
    with spark_cluster(tmp_path_factory.mktemp("cluster")) as url:
        yield url


@pytest.fixture(scope="module")
def on_the_cluster(cluster: str, shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same shop, worked out on the cluster."""
    folder = tmp_path_factory.mktemp("on_the_cluster")
    run_on_spark(cluster, folder, *_files(shop_files), conf=COMPILED)
    return folder


def test_a_cluster_publishes_the_marts_that_duckdb_publishes(on_duckdb: Path, on_the_cluster: Path) -> None:
    assert doors.different(doors.marts(on_duckdb), doors.marts(on_the_cluster / "warehouse")) == []


def test_the_finished_marts_stay_in_the_lake_as_parquet(on_the_cluster: Path) -> None:
    lake = on_the_cluster / "warehouse" / "lake"
    listed = json.loads((lake / "live.json").read_text(encoding="utf-8"))["tables"]
    folder = lake / listed["marts.customer_segments"]["folder"]
    (in_the_lake,) = doors.ask(
        on_the_cluster / "warehouse" / "live.duckdb", f"select count(*) from read_parquet('{folder}/*.parquet')"
    )
    (published,) = doors.ask(on_the_cluster / "warehouse" / "live.duckdb", _PEOPLE)
    assert in_the_lake == published
    assert not (lake / "build.json").exists()


def test_readers_are_served_without_spark(on_the_cluster: Path) -> None:
    asked = doors.process("sql", "select count(*) as n from customer_segments", "--json", folder=on_the_cluster)
    assert asked.exit_code == 0, asked.errors
    assert asked.rows == [{"n": doors.ask(on_the_cluster / "warehouse" / "live.duckdb", _PEOPLE)[0][0]}]


def test_stages_run_one_by_one_in_processes_of_their_own(
    cluster: str, on_duckdb: Path, shop_files: Path, tmp_path: Path
) -> None:
    write_settings(tmp_path, cluster)
    for stage in ("land", "resolve", "build", "learn", "finish", "check", "publish"):
        files = _files(shop_files) if stage == "land" else ()
        done = doors.process("run", *files, "--stage", stage, folder=tmp_path, patience=1800)
        assert done.exit_code == 0, (stage, done.errors)
        assert "leaked" not in done.errors
    assert doors.different(doors.marts(on_duckdb), doors.marts(tmp_path / "warehouse")) == []


def test_spark_connect_publishes_the_same(on_duckdb: Path, shop_files: Path, tmp_path: Path) -> None:
    with spark_connect(tmp_path / "server") as url:
        run_on_spark(url, tmp_path, *_files(shop_files))
    assert doors.different(doors.marts(on_duckdb), doors.marts(tmp_path / "warehouse")) == []


def test_online_retail_is_the_same_on_a_cluster(cluster: str, shared_data: Path, tmp_path: Path) -> None:
    data = str(shared_data / "online_retail.parquet")
    embedded = tmp_path / "embedded"
    embedded.mkdir()
    done = doors.process("run", data, folder=embedded, patience=1800)
    assert done.exit_code == 0, done.errors
    run_on_spark(cluster, tmp_path, data, conf=COMPILED)
    assert doors.different(doors.marts(embedded / "warehouse"), doors.marts(tmp_path / "warehouse")) == []


def test_a_lake_that_is_mapped_gives_what_landing_its_rows_gives_and_may_keep_its_orders(
    cluster: str, on_duckdb: Path, tmp_path: Path
) -> None:
    with closing(duckdb.connect()) as connection:
        connection.execute(f"attach '{on_duckdb / 'durable.duckdb'}' as landed (read_only)")
        for entity, columns in _TYPED.items():
            (tmp_path / entity).mkdir()
            connection.execute(
                f"copy (select {columns} from landed.staging.{entity} as t where not exists (select 1 from"
                f" landed.staging.superseded as s where s.entity = '{entity}' and s.source = t.source"
                f" and s.load_id = t._load_id and s.row_number = t._row)) to '{tmp_path / entity}/rows.parquet'"
            )
    write_settings(tmp_path, cluster)
    settings = tmp_path / "regulars.toml"
    spark, rest = settings.read_text(encoding="utf-8").split("[spark]", maxsplit=1)
    settings.write_text(f"{spark}{_MAPPED}[spark]\nbring_home_orders = false{rest}", encoding="utf-8")
    tried = doors.process("sources", "test", "--json", folder=tmp_path, patience=1800)
    assert [row["would_land"].endswith("stay where they lie") for row in tried.rows] == [True, True], tried.errors
    done = doors.process("run", folder=tmp_path, patience=1800)
    assert done.exit_code == 0, done.errors
    warehouse = tmp_path / "warehouse"
    assert doors.ask(warehouse / "durable.duckdb", "select count(*) from staging.orders") == [(0,)]
    landed, mapped = doors.marts(on_duckdb), doors.marts(warehouse)
    of_orders = {"marts.fct_orders", "marts.customer_purchase_extract", "marts.customer_store_summary"}
    assert landed.keys() - mapped.keys() == of_orders
    for name in of_orders:
        del landed[name]
    assert doors.different(landed, mapped) == []
    refused = doors.process("why", "100000001", folder=tmp_path)
    assert refused.exit_code != 0
    assert "they stay in the lake" in refused.errors


def test_a_master_that_does_not_answer_is_told_before_anything_lands(shop_files: Path, tmp_path: Path) -> None:
    write_settings(tmp_path, "spark://127.0.0.1:9")
    done = doors.process("run", *_files(shop_files), folder=tmp_path)
    assert done.exit_code == 3
    assert "Nobody answers at spark://127.0.0.1:9" in done.errors
    assert not (tmp_path / "warehouse" / "durable.duckdb").exists()


def run_on_spark(master: str, folder: Path, *files: str, conf: Mapping[str, str] = SMALL) -> None:
    """Runs the files through everything on this master, in a process of its own."""
    write_settings(folder, master, conf)
    done = doors.process("run", *files, folder=folder, patience=1800)
    assert done.exit_code == 0, done.errors


def write_settings(folder: Path, master: str, conf: Mapping[str, str] = SMALL) -> None:
    """Settings of a small shop on this master."""
    lines = "\n".join(f'"{name}" = "{value}"' for name, value in conf.items())
    (folder / "regulars.toml").write_text(
        f'warehouse = "{master}"\n[spark]\nstart_seconds = 300\n[spark.conf]\n{lines if "sc:" not in master else ""}\n',
        encoding="utf-8",
    )


# What staging knows of the shop, under the names of fields, typed as a lake would have it.
_TYPED = {
    "customer_records": "source_customer_id as customer_id, coalesce(email, case when is_email_malformed"
    " then 'no address' end) as email,"
    " * exclude (source_customer_id, customer_key, source, email, is_email_malformed, _load_id, _row)",
    "orders": "case when customer_key not like '%:%' then customer_key end as customer_id,"
    " * exclude (customer_key, source, order_date, _load_id, _row)",
}
_MAPPED = """
[sources.customers]
kind = "table"
table = "customer_records/rows.parquet"
entity = "customers"
[sources.orders]
kind = "table"
table = "orders/rows.parquet"
entity = "orders"
"""
_PEOPLE = "select count(*) from marts.customer_segments"


def _files(shop: Path) -> tuple[str, str]:
    return str(shop / "customers.csv"), str(shop / "orders.csv")
