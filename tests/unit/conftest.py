"""One small shop, landed, built and published once for all tests that only read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from regulars.engines.base import Engine, open_engine
from regulars.pipeline import Request, RunReport, run_pipeline
from regulars.serve.queries import Queries
from regulars.settings import Settings

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
