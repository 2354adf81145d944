"""What every test shares: the shared data, no chance, no settings from outside, and a word on what was not run.

With REGULARS_REQUIRE_ALL=1, as in CI, a test that would be skipped because something is absent fails instead.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from tests.servers import Postgres, postgres

from regulars.catalog import ACCESS, DURABLE_TABLES, EXPORTS, RUN_STAGES, RUNS
from regulars.engines.postgres import PostgresEngine
from regulars.learn import forecast

REPOSITORY = Path(__file__).resolve().parents[1]
# Airflow has an environment of its own; `make airflow` makes this one.
AIRFLOW = Path(os.environ.get("REGULARS_AIRFLOW") or REPOSITORY / ".venv-airflow")
REQUIRE_ALL = os.environ.get("REGULARS_REQUIRE_ALL", "") not in ("", "0")

hypothesis.settings.register_profile("regulars", derandomize=True, deadline=None, max_examples=60, database=None)
hypothesis.settings.load_profile("regulars")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make golden` passes this; the tests that own golden files then write them and pass."""
    parser.addoption(
        "--rewrite-golden", action="store_true", help="write the golden files instead of comparing to them"
    )
    parser.addoption(
        "--engine", help="run every test of the warehouse on this engine alone: duckdb, postgres or spark; takes long"
    )


def pytest_configure(config: pytest.Config) -> None:
    """The settings of whoever runs the tests must not change what they see, in this process or in those it starts."""
    # What is required, and where it is, stays: the workers of a parallel run start from this environment.
    kept = ("REGULARS_REQUIRE_ALL", "REGULARS_AIRFLOW")
    for name in [name for name in os.environ if name.startswith("REGULARS_") and name not in kept]:
        del os.environ[name]


@pytest.fixture(scope="session", autouse=True)
def remembered_forecasts() -> Iterator[None]:
    """Many tests run the same shop, and the same days foretold by the same model are the same: once is enough."""
    foretold = forecast._foretold
    remembered: dict[tuple[str, bytes, int], Any] = {}

    def remember(name: str, series: forecast.Floats, days: int) -> Any:
        key = (name, series.tobytes(), days)
        if key not in remembered:
            remembered[key] = foretold(name, series, days)
        return tuple(values.copy() for values in remembered[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forecast, "_foretold", remember)
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the clone."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data that lies beside the clone; it is no part of it."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data is absent: put it in ../shared/data")
    return folder


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests of a process, each of which takes a database of its own."""
    with postgres() as running:
        yield running


@pytest.fixture(scope="session")
def durable_url(server: Postgres) -> str:
    """The URL of a database with a durable side, which the tests of a process have one after the other."""
    url = server.new_database()
    PostgresEngine(url).prepare()
    return url


@pytest.fixture
def warehouse_url(server: Postgres, durable_url: str) -> str:
    """The URL of a database with an empty durable side; emptied, for making a new one takes longer."""
    with PostgresEngine(durable_url).durable() as session:
        for source in session.query("select tablename::text from pg_tables where schemaname = 'raw'")[0].to_pylist():
            session.execute(f'drop table raw."{source}"')
        tables = ", ".join(table.name for table in (*DURABLE_TABLES, RUNS, RUN_STAGES, ACCESS, EXPORTS))
        session.execute(
            f"truncate {tables}, ops.api_keys, ops.export_members, ops.webhooks, ops.webhook_batches, ops.alerts,"
            " ops.check_results"
        )
    return durable_url


@pytest.fixture
def rewrite_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written."""
    return bool(request.config.getoption("--rewrite-golden"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Turns a skip into a failure where everything must be run."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """The same for files that are skipped whole."""
    report = yield
    if REQUIRE_ALL and report.skipped:
        _fail(report)
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says what was not run here, and why."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("not run here")
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count:>5}  {reason}")


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = _reason(report)
    report.outcome = "failed"
    report.longrepr = f"Not run, though REGULARS_REQUIRE_ALL is set: {reason}"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
