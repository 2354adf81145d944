"""Others are told how runs went, and no run fails or waits for it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.servers import free_port
from tests.unit.activate.receiving import receiver

from regulars.engines.alert_records import AlertRecords
from regulars.engines.base import open_engine
from regulars.errors import InputError, LockedError
from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings

ORDERS = "order_id,customer_id,ordered_at,amount\no1,1,2025-01-01,10.00\n"


def settings_of(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SHOP_NOTIFY", address)
    return Settings.model_validate(
        {
            "warehouse": str(tmp_path / "warehouse"),
            "notify": {"urls": ["env:SHOP_NOTIFY"], "on": ["failed", "recovered"], "timeout_seconds": 3},
        }
    )


def test_a_run_that_fails_is_told_once_and_so_is_that_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = tmp_path / "orders.csv"
    land = Request(files=[str(orders)], stages=["land"])
    with receiver() as taken:
        settings = settings_of(tmp_path, taken.url.replace("http", "json"), monkeypatch)
        for _ in range(2):
            with pytest.raises(InputError):
                run_pipeline(settings, land)
        [(_, body)] = taken.requests
        message = json.loads(body)
        assert message["title"].startswith("My shop: the run failed at land: ")
        assert "orders.csv" in message["message"] and "Nothing is live" in message["message"]
        orders.write_text(ORDERS)
        run_pipeline(settings, land)
        run_pipeline(settings, land)
    assert [json.loads(body)["title"] for _, body in taken.requests][1:] == ["My shop: runs work again"]
    [standing] = AlertRecords(open_engine(settings).journal).all()
    assert not standing.is_open


def test_a_messenger_that_is_away_changes_nothing_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(tmp_path, f"json://127.0.0.1:{free_port()}/hunter2", monkeypatch)
    with pytest.raises(InputError, match=r"orders\.csv"):
        run_pipeline(settings, Request(files=[str(tmp_path / "orders.csv")], stages=["land"]))
    (tmp_path / "orders.csv").write_text(ORDERS)
    report = run_pipeline(settings, Request(files=[str(tmp_path / "orders.csv")], stages=["land"]))
    assert "1 staged" in report.summaries["land"]
    assert "hunter2" not in " ".join(report.notes)


def test_waiting_for_another_run_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as taken:
        settings = settings_of(tmp_path, taken.url.replace("http", "json"), monkeypatch)
        with open_engine(settings).lock(), pytest.raises(LockedError):
            run_pipeline(settings, Request(stages=["land"]))
    assert taken.requests == []


def test_who_has_set_up_nothing_pays_nothing(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    settings = Settings(warehouse=str(tmp_path / "warehouse"))
    started = time.perf_counter()
    report = run_pipeline(settings, Request(files=[str(tmp_path / "orders.csv")], stages=["land"]))
    assert report.notes == () and time.perf_counter() - started < 60
    assert AlertRecords(open_engine(settings).journal).all() == []
