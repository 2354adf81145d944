"""`regulars webhooks` as its users go through it: tried, delivered, shown, given another chance."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from tests.servers import free_port
from tests.unit.activate.published_moves import publish
from tests.unit.activate.receiving import Said, receiver
from tests.unit.conftest import Call

from regulars.engines.duckdb import DuckDBEngine

FIRST, SECOND = dt.date(2026, 1, 5), dt.date(2026, 1, 6)
BEFORE, AFTER = {1: "Loyal", 2: "Loyal", 3: "Lost"}, {1: "Lost", 2: "Loyal", 3: "Loyal"}


def shop(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, url: str, more: str = "") -> DuckDBEngine:
    """A shop with one webhook and one publication."""
    monkeypatch.setenv("CRM_SECRET", call("webhooks", "secret")[1].strip())
    (folder / "regulars.toml").write_text(
        f'[webhooks.crm]\nurl = "{url}"\nsecret = "env:CRM_SECRET"\nallow_private = true\n'
        f"first_pause_seconds = 0.05\n{more}\n"
    )
    engine = DuckDBEngine(folder / "warehouse")
    engine.prepare()
    publish(engine, "r1", FIRST, BEFORE)
    return engine


def test_events_go_from_a_publication_to_the_receiver(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [Said(204), Said(500, body=b"busy"), Said(410)]
    with receiver(lambda number, headers: answers[number] if number < 3 else Said()) as taken:
        engine = shop(call, tmp_path, monkeypatch, taken.url)
        assert "new" in call("webhooks", "list")[1]
        code, out, _ = call("webhooks", "test", "crm")
        assert (code, "took the test: 204" in out) == (0, True)
        assert taken.bodies[0]["type"] == "segment.test"
        assert call("webhooks", "deliver")[1] == "Nothing waits.\n"
        publish(engine, "r2", SECOND, AFTER, before=("r1", FIRST, BEFORE))
        _, out, _ = call("webhooks", "deliver", "--seconds", "20")
        assert "disabled" in out and "410" in out
        [row] = json.loads(call("webhooks", "list", "--json")[1])
        assert (row["status"], row["dead_events"], row["waiting_events"]) == ("disabled", 2, 0)
        _, out, _ = call("webhooks", "show", "crm", "--json")
        [batch] = json.loads(out)
        assert (batch["status"], batch["tries"]) == ("dead", 2)
        assert "1 batches of crm wait" in call("webhooks", "retry", "crm")[1]
        assert "2 events were delivered" in call("webhooks", "deliver", "--seconds", "20")[1]
        _, out, _ = call("webhooks", "show", batch["batch_id"])
        assert "delivered" in out and "Lost" in out
        [row] = json.loads(call("webhooks", "list", "--json")[1])
        assert (row["status"], row["delivered_events"], row["failures_in_a_row"]) == ("active", 2, 0)
    assert {(event["customer_id"], event["to_segment"]) for event in taken.bodies[-1]["data"]["events"]} == {
        (1, "Lost"),
        (3, "Loyal"),
    }


def test_a_receiver_that_is_away_is_told_with_its_repair(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop(call, tmp_path, monkeypatch, f"http://127.0.0.1:{free_port()}/hook")
    code, _, err = call("webhooks", "test", "crm")
    assert code == 3 and "no connection" in err and "[webhooks.crm]" in err


def test_mistakes_end_with_code_2(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Add [webhooks.NAME]" in call("webhooks", "list")[1]
    shop(call, tmp_path, monkeypatch, "https://crm.example/")
    for words in (
        ("test", "mail"),
        ("retry", "mail"),
        ("show", "msg_none"),
        ("retry", "crm", "--batch", "msg_none"),
    ):
        code, _, err = call("webhooks", *words)
        assert (code, err.startswith("Error:")) == (2, True), words
    (tmp_path / "regulars.toml").write_text('[webhooks.crm]\nurl = "https://crm.example/"\nsecret = "whsec_hunter2"\n')
    code, _, err = call("webhooks", "list")
    assert code == 2 and "env:NAME" in err


def test_what_is_told_can_be_tried_and_listed(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("notify", "test")[0] == 2
    assert "Nothing was told" in call("notify", "list")[1]
    with receiver() as taken:
        monkeypatch.setenv("SHOP_NOTIFY", taken.url.replace("http", "json"))
        (tmp_path / "regulars.toml").write_text('[notify]\nurls = ["env:SHOP_NOTIFY"]\n')
        assert call("notify", "test")[1] == "Told 1 address.\n"
        assert call("run", "gone.csv", "--stage", "land")[0] == 2
        [row] = json.loads(call("notify", "list", "--json")[1])
    assert (row["cause"], row["is_open"], row["times"]) == ("run", True, 1)
    assert len(taken.requests) == 2
