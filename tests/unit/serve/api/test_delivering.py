"""While the server runs it delivers, and its end waits for nobody who does not answer."""

from __future__ import annotations

import datetime as dt
import threading
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.unit.activate.published_moves import publish
from tests.unit.activate.receiving import receiver

from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.outbox_records import OutboxRecords
from regulars.serve.api import delivering
from regulars.serve.api.app import create_app
from regulars.settings import Settings

FIRST, SECOND = dt.date(2026, 1, 5), dt.date(2026, 1, 6)
BEFORE, AFTER = {1: "Loyal", 2: "Loyal"}, {1: "Lost", 2: "Loyal"}


def test_what_is_published_while_it_runs_is_delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    publish(engine, "r1", FIRST, BEFORE)
    with receiver() as taken:
        webhook = {"url": taken.url, "secret": "env:CRM_SECRET", "allow_private": True}
        settings = Settings.model_validate({"warehouse": str(tmp_path / "warehouse"), "webhooks": {"crm": webhook}})
        with delivering.start_delivering(engine, settings, 0.05):
            until = time.monotonic() + 60
            while OutboxRecords(engine.journal).webhook("crm") is None and time.monotonic() < until:
                time.sleep(0.05)
            publish(engine, "r2", SECOND, AFTER, before=("r1", FIRST, BEFORE))
            while not taken.requests and time.monotonic() < until:
                time.sleep(0.05)
        [message] = taken.bodies
    assert [event["customer_id"] for event in message["data"]["events"]] == [1]


def test_the_server_delivers_from_its_start_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(delivering, "gather_events", lambda *given: [])
    monkeypatch.setattr(delivering, "tell_others", lambda *given: asked.append("told"))
    (tmp_path / "warehouse").mkdir()
    given = {"urls": ["env:SHOP_NOTIFY"]}
    with TestClient(create_app(Settings.model_validate({"warehouse": str(tmp_path / "warehouse"), "notify": given}))):
        until = time.monotonic() + 30
        while not asked and time.monotonic() < until:
            time.sleep(0.05)
    assert asked == ["told"]
    names = [thread.name for thread in threading.enumerate()]
    assert "regulars-deliveries" not in names


def test_without_a_webhook_or_messenger_nothing_runs(tmp_path: Path) -> None:
    engine = DuckDBEngine(tmp_path / "warehouse")
    with delivering.start_delivering(engine, Settings(warehouse=str(tmp_path / "warehouse"))):
        assert "regulars-deliveries" not in [thread.name for thread in threading.enumerate()]
