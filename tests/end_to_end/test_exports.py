"""What leaves the warehouse is the same from DuckDB and PostgreSQL, and what it brought is found again later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from tests.end_to_end.parity import run_on
from tests.servers import Postgres
from tests.unit.activate.conftest import CUSTOMERS, consent, row

from regulars.activate.audience_formats import audience_formats
from regulars.activate.exporting import ExportRequest, Made, make_export
from regulars.activate.measuring import Measurement, measure_export
from regulars.activate.star import write_star
from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.errors import InputError
from regulars.pipeline import Request, run_pipeline
from regulars.serve.queries import Queries
from regulars.serve.selection import Selection
from regulars.settings import IdentitySettings, Settings

SHARE = 0.3
IDENTITY = IdentitySettings(probabilistic=False)


def orders(path: Path, lines: Sequence[str]) -> str:
    path.write_text("\n".join(["order_id,customer_id,ordered_at,amount", *lines]) + "\n")
    return str(path)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("files")
    head = "customer_id,email,phone,first_name,last_name,country,postcode,consent,created_at"
    (folder / "customers.csv").write_text("\n".join([head, *map(row, range(1, CUSTOMERS + 1))]) + "\n")
    lines = [
        f"o{number}-{turn},{number},2025-{1 + (number + turn) % 12:02}-{1 + number % 28:02},{10 + number % 40}.50"
        for number in range(1, CUSTOMERS + 1)
        for turn in range(1 + number % 4)
    ]
    return [str(folder / "customers.csv"), orders(folder / "orders.csv", lines)]


@pytest.fixture(scope="module")
def embedded(files: list[str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return run_on(str(tmp_path_factory.mktemp("embedded") / "warehouse"), files, identity=IDENTITY)


@pytest.fixture(scope="module")
def database(files: list[str], server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        return run_on(server.new_database(), files, identity=IDENTITY)


def opened(settings: Settings) -> tuple[Queries, ExportLedger]:
    engine = open_engine(settings)
    return Queries(engine, settings.shop), ExportLedger(engine.journal)


def made(settings: Settings, request: ExportRequest) -> Made:
    return make_export(*opened(settings), request)


def held_back(settings: Settings, export_id: str) -> set[int]:
    members = pa.concat_tables(opened(settings)[1].members(export_id)).to_pylist()
    return {row["customer_id"] for row in members if row["is_held_back"]}


def measured(settings: Settings, name: str, since: dt.date) -> Measurement:
    return measure_export(*opened(settings), name, "UTC", since)


def test_every_audience_is_the_same_file_from_both_with_the_same_people_held_back(
    embedded: Settings, database: Settings, tmp_path: Path
) -> None:
    for platform in (fmt.name for fmt in audience_formats()):
        both = []
        for engine, settings in (("one", embedded), ("other", database)):
            path = tmp_path / engine / f"{platform}.csv"
            request = ExportRequest(path, audience=platform, consent="explicit", control_share=SHARE)
            done = made(settings, request)
            both.append((path.read_bytes(), done.held_back, done.left_out, held_back(settings, done.export_id)))
            assert done.exported + done.held_back + sum(done.left_out.values()) == CUSTOMERS
            assert 0.2 < done.held_back / (done.exported + done.held_back) < 0.4
        assert both[0] == both[1]
        refused = sum(consent(number) == "no" for number in range(1, CUSTOMERS + 1))
        assert both[0][2]["consent refused"] == refused


@pytest.mark.parametrize(
    "selection", [Selection(), Selection(segments=("Champions", "Lost"), value_above=5), Selection(churn_above=0.7)]
)
def test_a_list_is_the_same_from_both(
    embedded: Settings, database: Settings, tmp_path: Path, selection: Selection
) -> None:
    columns = ("customer_id", "email", "segment", "monetary", "last_order_date", "consent")
    for engine, settings in (("one", embedded), ("other", database)):
        made(settings, ExportRequest(tmp_path / f"{engine}.csv", selection, columns=columns))
    assert (tmp_path / "one.csv").read_text() == (tmp_path / "other.csv").read_text()
    assert 1 < len((tmp_path / "one.csv").read_text().splitlines()) <= CUSTOMERS + 1


def test_the_star_is_the_same_from_both(embedded: Settings, database: Settings, tmp_path: Path) -> None:
    for engine, settings in (("one", embedded), ("other", database)):
        write_star(*opened(settings), tmp_path / engine, "ann")
    names = sorted(path.name for path in (tmp_path / "one").glob("*.csv"))
    assert len(names) == 8
    for name in names:
        one, other = (sorted((tmp_path / engine / name).read_text().splitlines()) for engine in ("one", "other"))
        assert one == other, name
        assert len(one) > 1 or name == "dim_stores.csv"
        assert not any("@example.org" in line or "+44" in line for line in one)


def test_what_came_of_it_is_measured_alike_on_both(embedded: Settings, database: Settings, tmp_path: Path) -> None:
    both = []
    for settings in (embedded, database):
        made(settings, ExportRequest(tmp_path / "summer.csv", control_share=SHARE))
        found = measured(settings, "summer", dt.date(2025, 7, 1))
        both.append((found.since, found.until, found.merged, found.gone, found.measures))
    for one, other in zip(both[0][4], both[1][4], strict=True):
        assert one.exported.customers == other.exported.customers
        assert one.uplift is not None and other.uplift is not None
        assert (one.uplift.difference, one.uplift.low, one.uplift.high) == pytest.approx(
            (other.uplift.difference, other.uplift.low, other.uplift.high), rel=1e-9
        )
    assert both[0][:4] == both[1][:4]


def test_what_a_campaign_brought_is_found_with_its_interval(embedded: Settings, tmp_path: Path) -> None:
    done = made(embedded, ExportRequest(tmp_path / "spring.csv", name="spring", control_share=SHARE))
    with pytest.raises(InputError, match="Land newer orders and run"):
        measured(embedded, "spring", dt.date(2026, 1, 1))
    queries, _ = opened(embedded)
    numbers = queries.sql("select customer_id, source_customer_id as number from customer_identity_map").to_pylist()
    kept = held_back(embedded, done.export_id)
    # Who was on the list buys for 50, and every second once more; of the others every third buys.
    bought = {
        one["number"]: 1 + place % 2 if one["customer_id"] not in kept else int(place % 3 == 0)
        for place, one in enumerate(numbers)
    }
    lines = [
        f"n{number}-{turn},{number},2026-01-{2 + turn:02},50.00"
        for number, orders_made in bought.items()
        for turn in range(orders_made)
    ]
    # A campaign like this is no usual week, and whoever runs it says so.
    run_pipeline(embedded, Request(files=[orders(tmp_path / "orders2.csv", lines)], allow=("drift",)))
    found = measured(embedded, "spring", dt.date(2026, 1, 1))
    assert (found.merged, found.gone, len(numbers)) == (0, 0, CUSTOMERS)
    groups = [
        np.array([50.0 * bought[one["number"]] for one in numbers if (one["customer_id"] in kept) is is_kept])
        for is_kept in (False, True)
    ]
    revenue = next(one for one in found.measures if one.measure == "revenue")
    assert (revenue.exported.customers, revenue.held_back.customers) == (done.exported, done.held_back)
    assert revenue.uplift is not None and revenue.uplift.is_shown
    expected = stats.ttest_ind(*groups, equal_var=False).confidence_interval(0.95)
    assert revenue.uplift.difference == pytest.approx(groups[0].mean() - groups[1].mean())
    assert (revenue.uplift.low, revenue.uplift.high) == pytest.approx((expected.low, expected.high))
