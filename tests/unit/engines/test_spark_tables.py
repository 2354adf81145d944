"""A build on Spark: rows go in and out as they are, tables are the lake's, and ANSI rules hold for dbt as well."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from tests.servers_spark import SMALL

from regulars import catalog
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.lake import Lake
from regulars.engines.spark import SparkEngine
from regulars.engines.spark_dbt import dbt_on
from regulars.engines.spark_session import spark_session
from regulars.engines.spark_tables import LakeSession
from regulars.errors import WarehouseError

pytest.importorskip("pyspark", reason="pyspark is absent: pip install regulars[spark]")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is absent: Spark needs Java 17"),
    pytest.mark.xdist_group("spark"),
]
MASTER = "local[2]"
RATES = pa.table(
    {
        "rate_date": pa.array([dt.date(2024, 1, 1), dt.date(2024, 1, 2), None], pa.date32()),
        "currency": ["EUR", None, "é\n'\""],
        "rate": pa.array([Decimal("0.85000000"), Decimal("1.00000001"), None], pa.decimal128(18, 8)),
    }
)


def _engine(folder: Path) -> SparkEngine:
    engine = SparkEngine(MASTER, DuckDBEngine(folder), str(folder / "lake"), conf=SMALL, start_seconds=300)
    engine.prepare()
    return engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SparkEngine:
    return _engine(tmp_path_factory.mktemp("spark"))


@pytest.fixture
def build(engine: SparkEngine) -> Iterator[LakeSession]:
    """A fresh build."""
    with engine.build(fresh=True) as session:
        yield session


def test_rows_come_back_as_they_went(build: LakeSession) -> None:
    assert build.append(catalog.FX_RATES.name, RATES) == 3
    back = build.query(f"select * from {catalog.FX_RATES.name} order by rate_date nulls last")
    assert back.to_pylist() == RATES.to_pylist()
    assert back.schema.field("rate").type == pa.decimal128(18, 8)


def test_a_stream_keeps_the_order_and_leaves_nothing_in_the_lake(engine: SparkEngine, build: LakeSession) -> None:
    numbers = pa.table({"n": pa.array(range(5_000), pa.int64())})
    build.replace("learned.numbers", numbers)
    reader = build.stream("select n from learned.numbers where n >= $1 order by n desc", (1_000,), batch_rows=999)
    batches = list(reader)
    assert max(batch.num_rows for batch in batches) <= 999
    assert [n for batch in batches for n in batch["n"].to_pylist()] == list(range(4_999, 999, -1))
    lake = Lake(str(engine.home.location) + "/lake")
    assert [name for build_ in lake.folders("builds") for name in lake.folders(f"builds/{build_}/results")] == []


def test_a_table_is_emptied_and_made_anew_without_touching_its_old_rows(build: LakeSession) -> None:
    build.append(catalog.FX_RATES.name, RATES)
    build.execute(f"delete from {catalog.FX_RATES.name}")
    assert build.query(f"select count(*) as n from {catalog.FX_RATES.name}")["n"].to_pylist() == [0]
    build.replace(catalog.FX_RATES.name, RATES.slice(0, 1))
    assert build.query(f"select currency from {catalog.FX_RATES.name}")["currency"].to_pylist() == ["EUR"]


def test_columns_are_matched_by_name_and_missing_ones_are_null(build: LakeSession) -> None:
    build.append(catalog.FX_RATES.name, pa.table({"currency": ["EUR"]}))
    assert build.query(f"select rate, currency from {catalog.FX_RATES.name}").to_pylist() == [
        {"rate": None, "currency": "EUR"}
    ]
    with pytest.raises(ValueError, match="The table has no column worth"):
        build.append(catalog.FX_RATES.name, pa.table({"worth": [1]}))


def test_a_table_that_is_not_there_has_no_columns(build: LakeSession) -> None:
    assert build.columns("learned.nothing") == []
    assert build.columns(catalog.HORIZONS.name) == ["horizon", "is_of_churn"]


def test_another_build_in_the_same_process_leaves_the_first_as_it_was(engine: SparkEngine, tmp_path: Path) -> None:
    with engine.build(fresh=True) as first:
        first.append(catalog.FX_RATES.name, RATES)
        first.execute("create view marts.rates as select currency from settings.fx_rates")
    other = _engine(tmp_path)
    with other.build(fresh=True) as second:
        assert second.query(f"select count(*) as n from {catalog.FX_RATES.name}")["n"].to_pylist() == [0]
    with engine.build() as again:
        assert again.query("select count(*) as n from marts.rates")["n"].to_pylist() == [3]
        assert again.tables().to_pylist().count({"schema": "marts", "table_name": "rates"}) == 1


def test_a_database_that_somebody_else_made_is_refused_and_kept(engine: SparkEngine) -> None:
    spark = spark_session(MASTER, SMALL)
    spark.sql("drop database if exists marts cascade")
    spark.sql("create database marts")
    try:
        with (
            pytest.raises(WarehouseError, match="a database `marts` that Regulars did not make"),
            engine.build(fresh=True),
        ):
            pass
        assert spark.catalog.databaseExists("marts")
    finally:
        spark.sql("drop database marts cascade")


def test_dbt_runs_in_our_session_under_ansi_rules(engine: SparkEngine, build: LakeSession) -> None:
    from dbt.adapters.spark.session import Connection
    from pyspark.errors import ArithmeticException

    spark, heard = spark_session(MASTER, SMALL), []
    with dbt_on(spark, heard.append):
        # As dbt-spark does: it asks for ANSI rules to be off.
        cursor = Connection(server_side_parameters={"spark.sql.ansi.enabled": "false"}).cursor()
        cursor.execute("select 1 as one")
        assert cursor.fetchall() == [(1,)]
    assert heard == ["select 1 as one"]
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"
    with pytest.raises(ArithmeticException):
        build.query("select cast(3000000000 as int) as n")


def test_times_have_no_zone(build: LakeSession) -> None:
    found = build.query("select timestamp '2024-01-01 10:00:00' as moment")
    assert found.schema.field("moment").type == pa.timestamp("us")
    assert found["moment"].to_pylist() == [dt.datetime(2024, 1, 1, 10)]
