"""The engines that the same project must give the same marts on; another one is another entry of ENGINES.

A test that is marked `every_engine` runs on all of them, the others on DuckDB: a build on PostgreSQL takes ten seconds
and one on Spark half a minute. `pytest tests/warehouse --engine postgres -n 2 --dist loadfile` runs all of them there,
`--engine spark` likewise; on two cores they take 18 and 30 minutes. A test that changes a table of the build replaces
it: a lake can neither update nor delete.
What looks at no warehouse, or at one that lands files itself, takes no `engine`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest
from tests.servers import Postgres
from tests.servers_spark import SMALL

from regulars.engines.base import Engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.lake import Lake
from regulars.engines.postgres import PostgresEngine
from regulars.engines.spark import SparkEngine
from regulars.engines.spark_durable import export_durable

Opener: TypeAlias = Callable[[Path], Engine]


def _duckdb(request: pytest.FixtureRequest) -> Opener:
    return DuckDBEngine


def _postgres(request: pytest.FixtureRequest) -> Opener:
    """A database for each folder that is asked for."""
    server: Postgres = request.getfixturevalue("server")
    return lambda folder: PostgresEngine(server.new_database())


def _spark(request: pytest.FixtureRequest) -> Opener:
    """Spark in this process, one session for all; a lake for each folder that is asked for."""
    pytest.importorskip("pyspark", reason="pyspark is absent: pip install regulars[spark]")
    if shutil.which("java") is None:
        pytest.skip("Java is absent: Spark needs Java 17")
    return lambda folder: SparkEngine(
        "local[2]", DuckDBEngine(folder), str(folder / "lake"), conf=SMALL, start_seconds=300
    )


def show_in_the_build(engine: Engine) -> None:
    """Shows a build in flight what is durable now: one on Spark reads the copy that was made when it began."""
    if isinstance(engine, SparkEngine) and engine.has_build():
        with engine.home.durable() as durable:
            tables = export_durable(durable, Lake(f"{engine.home.location}/lake"))
        with engine.build() as build:
            for name, table in tables.items():
                build.adopt(name, table.folder, table.columns)


ENGINES: Mapping[str, Callable[[pytest.FixtureRequest], Opener]] = {
    "duckdb": _duckdb,
    "postgres": _postgres,
    "spark": _spark,
}
# What an engine cannot do yet: the test's name and why. Strict: one that passes must be taken out.
NOT_YET: Mapping[tuple[str, str], str] = {
    ("test_the_unit_tests_of_the_models_pass", "postgres"): (
        "dbt-postgres makes a relation called after each unit test, and a name of PostgreSQL has 63 characters at most;"
        " and it compares a decimal as 10 with one as 10.00, which a mart's contract makes equal"
    ),
}
