"""The purchase-history API, broken in every way at once: what it has lands exactly once, and the ledger tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.end_to_end import doors, serving
from tests.end_to_end.test_kill import PROCESSES

from regulars.demo.faults import Faults
from regulars.demo.purchases import Purchases, shop_purchases
from regulars.errors import SourceUnreachable
from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings

FAULTS = {"errors": 0.2, "busy": 0.1, "drops": 0.1, "malformed": 0.05}
PAGED = {
    "records": "purchases",
    "pages": "cursor",
    "params": {"style": "cursor", "page_size": "50", "since": "{since}"},
    "watermark": "purchase_id",
    "retries": 12,
}
BATCHES = {"records": "purchases", "batch_field": "mobiles", "batch_keys": "phone", "batch_size": 40, "retries": 12}


@pytest.fixture(scope="module")
def purchases() -> Purchases:
    return shop_purchases(serving.CUSTOMERS, serving.SEED)


@pytest.fixture(scope="module")
def broken() -> Iterator[str]:
    with serving.served(serving.free_port(), **FAULTS) as address:
        yield address


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.sources.http_asking.FIRST_PAUSE_SECONDS", 0.001)


def _settings(folder: Path, rest: dict[str, Any], customers: Path | None = None) -> Settings:
    sources: dict[str, Any] = {"purchases": {"entity": "orders", "rest": rest, "fields": {"phone": "mobile"}}}
    if "batch_field" in rest:
        sources["purchases"]["fields"] = {"order_id": "row_content"}
    if customers is not None:
        sources["customers"] = {"path": str(customers)}
    return Settings.model_validate({"warehouse": str(folder / "warehouse"), "sources": sources})


def _land(settings: Settings) -> tuple[str, ...]:
    return run_pipeline(settings, Request(stages=["land"])).notes


def _ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    return doors.ask(Path(settings.warehouse) / "durable.duckdb", sql)


def _landed(settings: Settings) -> list[tuple[Any, ...]]:
    return _ask(
        settings,
        "select cast(order_id as int), phone, order_date::varchar, amount::double, store from staging.orders"
        " order by 1",
    )


def _expected(purchases: Purchases) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in purchases.rows]


@pytest.mark.parametrize("style", ["cursor", "link", "page"])
def test_every_page_lands_once_through_all_faults(
    style: str, tmp_path: Path, broken: str, purchases: Purchases
) -> None:
    params = {**PAGED["params"], "style": style}  # type: ignore[dict-item]
    settings = _settings(tmp_path, {**PAGED, "url": f"{broken}/purchases/pages", "pages": style, "params": params})
    notes = _land(settings)
    assert _landed(settings) == _expected(purchases)
    assert any("requests had to be repeated" in note and "500" in note for note in notes)
    pages = [purchases.rows[start : start + 50] for start in range(0, len(purchases.rows), 50)]
    faults = Faults(malformed=FAULTS["malformed"], seed=serving.SEED)
    sent = sum(len(faults.with_nonsense(page, str(page[0]["purchase_id"]))) for page in pages)
    [(rows, staged, rejected, watermark, uri)] = _ask(
        settings, "select rows, staged, rejected, watermark, uri from ops.loads"
    )
    assert (rows, staged, rejected) == (sent, len(purchases.rows), sent - len(purchases.rows))
    assert rejected > 0
    assert (watermark, uri) == (str(purchases.rows[-1]["purchase_id"]), f"{broken}/purchases/pages")
    # Asked again, it has nothing beyond its watermark.
    _land(settings)
    assert _ask(settings, "select count(*), sum(rows) from ops.loads") == [(1, sent)]
    assert doors.unaccounted(Path(settings.warehouse)) == []


def test_customers_are_joined_to_their_purchases_by_mobile(tmp_path: Path, broken: str, shop_files: Path) -> None:
    rest = {**BATCHES, "url": f"{broken}/purchases"}
    settings = _settings(tmp_path, rest, shop_files / "customers.csv")
    run_pipeline(settings, Request())
    phones = {phone for (phone,) in _ask(settings, "select phone from staging.customer_records") if phone}
    expected = [
        (phone, row["date"], row["amount"], row["store"])
        for phone, rows in shop_purchases(serving.CUSTOMERS, serving.SEED).of(phones).items()
        for row in rows
    ]
    landed = _ask(settings, "select phone, order_date::varchar, amount::double, store from staging.orders")
    assert sorted(landed) == sorted(expected)
    live = Path(settings.warehouse) / "live.duckdb"
    prospects, buyers, orders = doors.ask(
        live, "select count(*) filter (orders = 0), count(*) filter (orders > 0), sum(orders) from marts.customer_360"
    )[0]
    assert prospects > 0
    assert buyers > 0
    assert orders == len(expected)
    assert doors.ask(live, "select distinct segment from marts.customer_360 where orders = 0") == [("Prospect",)]
    _land(settings)
    assert len(_ask(settings, "select * from ops.loads where source = 'purchases'")) == 1
    assert doors.unaccounted(Path(settings.warehouse)) == []


def test_purchases_of_mobiles_that_no_customer_has_are_people(
    tmp_path: Path, broken: str, shop_files: Path, purchases: Purchases
) -> None:
    rest = {**PAGED, "url": f"{broken}/purchases/pages"}
    settings = _settings(tmp_path, rest, shop_files / "customers.csv")
    run_pipeline(settings, Request())
    known = {phone for (phone,) in _ask(settings, "select phone from staging.customer_records")}
    strangers = purchases.by_mobile.keys() - known
    assert strangers
    live = Path(settings.warehouse) / "live.duckdb"
    found = dict(doors.ask(live, "select phone, orders from marts.customer_360 where orders > 0"))
    assert {mobile: found.get(mobile) for mobile in strangers} == {
        mobile: len(purchases.by_mobile[mobile]) for mobile in strangers
    }
    assert doors.ask(live, "select sum(orders) from marts.customer_360") == [(len(purchases.rows),)]
    assert doors.ask(live, "select count(*) > 0 from marts.customer_360 where orders = 0") == [(True,)]


def test_a_server_that_dies_in_the_middle_lands_nothing_and_all_when_it_is_back(
    tmp_path: Path, purchases: Purchases
) -> None:
    port = serving.free_port()
    rest = {**PAGED, "url": f"http://127.0.0.1:{port}/purchases/pages", "retries": 2}
    settings = _settings(tmp_path, rest)
    with (
        serving.served(port, dies_after=8),
        pytest.raises(SourceUnreachable, match=rf"127.0.0.1:{port}.* in 3 tries"),
    ):
        _land(settings)
    [(status, rows, error)] = _ask(settings, "select status, rows, error from ops.loads")
    assert (status, rows) == ("failed", 0)
    assert "did not answer in 3 tries" in error
    with serving.served(port):
        _land(settings)
    assert _landed(settings) == _expected(purchases)


def test_a_landing_killed_before_its_commit_lands_once_when_run_again(
    tmp_path: Path, broken: str, purchases: Purchases
) -> None:
    settings = _settings(tmp_path, {**PAGED, "url": f"{broken}/purchases/pages"})
    (tmp_path / "regulars.toml").write_text(
        f"""
[sources.purchases]
entity = "orders"
fields = {{ phone = "mobile" }}
[sources.purchases.rest]
url = "{broken}/purchases/pages"
records = "purchases"
pages = "cursor"
watermark = "purchase_id"
retries = 20
params = {{ style = "cursor", page_size = "50", since = "{{since}}" }}
"""
    )
    from tests.end_to_end import killed

    for moment, loads in (("uncommitted", 0), ("committed", 1)):
        process = PROCESSES.Process(target=killed.run, args=(tmp_path, "land", moment))
        process.start()
        process.join()
        assert process.exitcode == -9
        assert _ask(settings, "select count(*) from ops.loads") == [(loads,)]
    assert _landed(settings) == _expected(purchases)
    _land(settings)
    assert _landed(settings) == _expected(purchases)
    assert _ask(settings, "select count(*) from ops.loads") == [(1,)]


def test_the_api_refuses_in_words_and_answers_alike(broken: str, purchases: Purchases) -> None:
    with serving.served(serving.free_port()) as address, httpx.Client(base_url=address, trust_env=False) as client:
        for body in ({"mobiles": ["1"] * 1001}, {"mobiles": "1"}, {}):
            refusal = client.post("/purchases", json=body)
            assert (refusal.status_code, refusal.headers["content-type"]) == (422, "application/problem+json")
            assert refusal.json()["detail"].startswith("body.mobiles: ")
        mobile = purchases.rows[0]["mobile"]
        spelled = f"00{mobile[1:4]} {mobile[4:]}"
        asked = {"mobiles": [mobile, spelled, "+4400"]}
        answer = client.post("/purchases", json=asked).json()
        assert answer == client.post("/purchases", json=asked).json()
        assert answer["purchases"][mobile] == answer["purchases"][spelled] == purchases.by_mobile[mobile]
        assert answer["purchases"]["+4400"] == []
