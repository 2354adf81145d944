"""Shops that several tests look at; each is built once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.warehouse.engines import ENGINES, NOT_YET, Opener
from tests.warehouse.shop import Shop

from regulars.settings import RfmSettings, Settings


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests run on the engines that they are for, those of one engine together."""
    if "engine" not in metafunc.fixturenames:
        return
    is_for_all = metafunc.definition.get_closest_marker("every_engine") is not None
    asked = metafunc.config.getoption("engine")
    names = [asked] if asked else list(ENGINES) if is_for_all else ["duckdb"]
    cases = []
    for name in names:
        reason = NOT_YET.get((metafunc.definition.originalname, name))
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        cases.append(pytest.param(name, marks=marks))
    metafunc.parametrize("engine", cases, indirect=True, scope="session")


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """What makes an empty warehouse, of the engine that the test is run on."""
    with pytest.MonkeyPatch.context() as patch:
        # What an engine keeps on this machine beside its database.
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield ENGINES[request.param](request)


@pytest.fixture(scope="session")
def online_retail(engine: Opener, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """UCI Online Retail, every row of it, as of the day after its last."""
    return Shop(
        tmp_path_factory.mktemp("online_retail"),
        engine=engine,
        order_lines=f"""
            select
                InvoiceNo as order_id, CustomerID as customer_key, StockCode as product_id, Description as product_name,
                Country as country, Quantity as quantity, UnitPrice as unit_price, InvoiceDate as ordered_at
            from read_parquet('{shared_data / "online_retail.parquet"}')""",
    )


@pytest.fixture(scope="session")
def r_rfm(engine: Opener, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The order data of R's package rfm, scored by the cut points that it publishes."""
    published = {
        "recency": {"method": "cuts", "cuts": ("115", "181", "297.4", "482")},
        "frequency": {"method": "cuts", "cuts": ("4", "5", "6", "8")},
        "monetary": {"method": "cuts", "cuts": ("255.8", "382", "506.4", "666")},
    }
    rfm = RfmSettings.model_validate({"as_of": "2006-12-31", "window_days": 3650, **published})
    return Shop(
        tmp_path_factory.mktemp("r_rfm"),
        Settings(rfm=rfm),
        engine=engine,
        orders=f"""
            select
                'o' || row_number() over () as order_id, customer_id as customer_key, order_date, revenue as amount
            from read_csv('{shared_data / "rfm_r" / "rfm_data_orders.csv"}')""",
    )


@pytest.fixture(scope="session")
def empty(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with nothing in it."""
    return Shop(tmp_path_factory.mktemp("empty"), engine=engine)
