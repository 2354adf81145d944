"""A shop of three hundred customers who agreed, refused or were never asked, some of whom nobody can reach."""

from __future__ import annotations

import pytest
from tests.unit.conftest import Published

from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.pipeline import Request, run_pipeline
from regulars.serve.queries import Queries
from regulars.settings import IdentitySettings, Settings

CUSTOMERS = 300


def consent(number: int) -> str:
    """Two thirds agreed, a sixth refused, a sixth was never asked."""
    return {0: "no", 1: ""}.get(number % 6, "yes")


def row(number: int) -> str:
    """One customer: every tenth has no e-mail, every fifteenth no phone, so that every thirtieth cannot be reached."""
    email = "" if number % 10 == 0 else f"c{number}@example.org"
    phone = "" if number % 15 == 0 else f"+4420794{number:05}"
    name = {7: "=1+1", 8: "@sum(a1)", 9: "-Zoe"}.get(number, f"Name{number}")
    return f"{number},{email},{phone},{name},Lee{number},GB,LS1 1UR,{consent(number)},2024-01-01"


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("consents")
    head = "customer_id,email,phone,first_name,last_name,country,postcode,consent,created_at"
    (folder / "customers.csv").write_text("\n".join([head, *map(row, range(1, CUSTOMERS + 1))]) + "\n")
    orders = [
        f"o{number}-{turn},{number},2025-{1 + (number + turn) % 12:02}-{1 + number % 28:02},{10 + number % 40}.50"
        for number in range(1, CUSTOMERS + 1)
        for turn in range(1 + number % 4)
    ]
    (folder / "orders.csv").write_text("\n".join(["order_id,customer_id,ordered_at,amount", *orders]) + "\n")
    # By exact keys alone: people made by counting are so alike that likeness would take them for a dozen.
    settings = Settings(warehouse=str(folder / "warehouse"), identity=IdentitySettings(probabilistic=False))
    report = run_pipeline(settings, Request(files=[str(folder / "customers.csv"), str(folder / "orders.csv")]))
    engine = open_engine(settings)
    return Published(folder, settings, engine, Queries(engine, settings.shop), report)


@pytest.fixture
def ledger(shop: Published) -> ExportLedger:
    """The ledger of the shop's exports."""
    return ExportLedger(shop.engine.journal)
