"""One small shop, landed, built and published once for all tests that only read."""

from __future__ import annotations

import datetime as dt
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from regulars import logs
from regulars.cli import main
from regulars.engines.base import Engine, open_engine
from regulars.pipeline import Request, RunReport, run_pipeline
from regulars.serve.queries import Queries
from regulars.settings import Settings

Call = Callable[..., tuple[int, str, str]]

CUSTOMERS = """customer_id,email,phone,first_name,last_name,created_at
1,ann@example.org,+44 20 7946 0001,Ann,Lee,2024-01-01
2,ann@example.org,,Ann,Leigh,2024-02-01
3,bob@example.org,020 7946 0003,Bob,=1+1,2024-01-05
4,cyd@example.org,,Cyd,Ray,2024-01-06
5,,020 7946 0005,Dot,Orr,2024-01-07
"""
# Thirty orders of customers 1 to 4, one of a guest, one whose amount is no number; nobody buys as customer 5.
ORDERS = "\n".join(
    [
        "order_id,customer_id,email,ordered_at,amount,status",
        *(f"o{i},{1 + i % 4},,2025-{1 + i % 12:02}-{1 + i % 28:02},{10 + i}.50,completed" for i in range(30)),
        "g1,,gus@example.org,2025-12-24,99.00,completed",
        "bad,1,,2025-12-24,ninety,completed",
    ]
)


@dataclass(frozen=True)
class Published:
    """A published warehouse and how it came about."""

    folder: Path
    settings: Settings
    engine: Engine
    queries: Queries
    report: RunReport


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("published")
    (folder / "customers.csv").write_text(CUSTOMERS)
    (folder / "orders.csv").write_text(ORDERS + "\n")
    settings = Settings(warehouse=str(folder / "warehouse"))
    files = [str(folder / "customers.csv"), str(folder / "orders.csv")]
    report = run_pipeline(settings, Request(files=files))
    engine = open_engine(settings)
    return Published(folder, settings, engine, Queries(engine, settings.shop), report)


@pytest.fixture(scope="session")
def clustered(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Sixty customers: twenty who come every week or two, forty who came once or twice, long ago."""
    folder = tmp_path_factory.mktemp("clustered")
    often = [(f"r{i}", day, 40 + (i * 7 + day) % 60) for i in range(20) for day in range(3 + i % 5, 330, 9 + i % 6)]
    once = [
        (f"o{i}", 120 + (i * 17 + turn * 60) % 230, 5 + (i * 11) % 25) for i in range(40) for turn in range(1 + i % 2)
    ]
    first = dt.date(2025, 1, 1)
    rows = [
        f"{place},{who},{first + dt.timedelta(days=365 - days)},{amount}.50"
        for place, (who, days, amount) in enumerate([*often, *once])
    ]
    (folder / "orders.csv").write_text("\n".join(["order_id,customer_id,ordered_at,amount", *rows]) + "\n")
    settings = Settings(warehouse=str(folder / "warehouse"))
    report = run_pipeline(settings, Request(files=[str(folder / "orders.csv")]))
    engine = open_engine(settings)
    return Published(folder, settings, engine, Queries(engine, settings.shop), report)


@pytest.fixture
def log_of_process() -> Iterator[None]:
    """Logging is of the process: what a test sets up is taken down after it."""
    yield
    logs.prefer(None, None)
    root = logging.getLogger()
    for handler in [each for each in root.handlers if type(each).__module__ == logs.__name__]:
        root.removeHandler(handler)
    for name in ("regulars", "dbt", "uvicorn"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    for name in (logs.RUN_LOGGER, "uvicorn.access"):
        logging.getLogger(name).disabled = False


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log_of_process: None
) -> Call:
    """Runs the command line in an empty folder and returns its exit code and what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regulars", *words])
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        out, err = capsys.readouterr()
        assert isinstance(code, int)
        assert "Traceback" not in err
        return code, out, err

    return run
