"""Messages reach whoever is to have them, hold no person and no token, and hold up nobody."""

from __future__ import annotations

import email
import email.policy
import json
import time
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from tests.servers import free_port
from tests.unit.activate.receiving import Said, receiver

from regulars.activate.notifying import send, tell_waiting
from regulars.engines.alert_records import Alert, AlertRecords
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import SettingsError
from regulars.webhook_settings import NotifySettings

ALERT = Alert("run", "Shop: the run failed", "What failed: the disk is full.", "failure")


@pytest.fixture
def records(tmp_path: Path) -> AlertRecords:
    return AlertRecords(DuckDBEngine(tmp_path / "warehouse").journal)


def notify(monkeypatch: pytest.MonkeyPatch, *addresses: str, seconds: float = 10.0) -> NotifySettings:
    monkeypatch.setenv("SHOP_NOTIFY", "\n".join(addresses))
    return NotifySettings(urls=("env:SHOP_NOTIFY",), timeout_seconds=seconds)


def test_a_message_reaches_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as one, receiver() as two:
        sent = send(notify(monkeypatch, *(each.url.replace("http", "json") for each in (one, two))), ALERT)
    assert (sent.taken, sent.problems) == (2, ())
    for each in (one, two):
        [(_, body)] = each.requests
        message = json.loads(body)
        assert (message["title"], message["message"]) == (ALERT.title, ALERT.body)
        assert message["type"] == "failure"


def test_what_cannot_be_told_waits_and_says_no_token(
    records: AlertRecords, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = notify(monkeypatch, f"json://user:hunter2@127.0.0.1:{free_port()}/token-of-mine")
    assert tell_waiting(records, settings).notes == ()
    records.raised(ALERT)
    told = tell_waiting(records, settings)
    assert told.told == 0 and "could not be told" in told.notes[0]
    with receiver() as taken:
        assert tell_waiting(records, notify(monkeypatch, taken.url.replace("http", "json"))).told == 1
        assert tell_waiting(records, notify(monkeypatch, taken.url.replace("http", "json"))).told == 0
    assert len(taken.requests) == 1
    written = "".join([*capfd.readouterr(), *told.notes, str(settings)])
    assert "hunter2" not in written and "token-of-mine" not in written


def test_a_messenger_that_is_slow_has_its_time_and_no_more(
    records: AlertRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.raised(ALERT)
    with receiver(lambda number, headers: Said(wait=20.0)) as slow, receiver() as quick:
        settings = notify(monkeypatch, *(each.url.replace("http", "json") for each in (slow, slow, quick)), seconds=2)
        started = time.perf_counter()
        told = tell_waiting(records, settings)
        assert time.perf_counter() - started < 15
        assert told.told == 1 and "2 of 3 addresses" in told.notes[0]
        assert tell_waiting(records, settings).told == 0, "who took it does not get it again"
    assert len(quick.requests) == 1


def test_an_address_that_is_none_is_named_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="Address 1 of") as refused:
        send(notify(monkeypatch, "nosuchservice://hunter2"), ALERT)
    assert "hunter2" not in str(refused.value)
    with pytest.raises(SettingsError, match="has no urls"):
        send(NotifySettings(), ALERT)
    with pytest.raises(SettingsError, match="no variable SHOP_NONE"):
        send(NotifySettings(urls=("env:SHOP_NONE",)), ALERT)


def test_what_waits_is_one_message_with_the_worst_first(records: AlertRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    records.raised(Alert("publication", "Shop: new segments are live", "Run r1 published.", "info"))
    records.raised(Alert("findings", "Shop: 2 findings of checks", "- emails: 3 rows\n" * 200, "warning"))
    records.raised(ALERT)
    with receiver() as taken:
        told = tell_waiting(records, notify(monkeypatch, taken.url.replace("http", "json")))
        assert (told.told, told.notes) == (3, ())
        [(_, body)] = taken.requests
        # Not again, for all of it is told.
        assert tell_waiting(records, notify(monkeypatch, taken.url.replace("http", "json"))).told == 0
    message = json.loads(body)
    assert message["title"] == "Shop: the run failed (and 2 more)" and message["type"] == "failure"
    words = message["message"]
    assert words.startswith(ALERT.body) and len(words) <= 2000
    assert ALERT.body in words and "■ Shop: 2 findings of checks\n\n■ Shop: new segments are live\nRun r1" in words


def test_mail_is_really_sent(records: AlertRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    letters: list[Envelope] = []

    class Taking:
        async def handle_DATA(self, server: object, session: object, envelope: Envelope) -> str:
            letters.append(envelope)
            return "250 taken"

    post = Controller(Taking(), hostname="127.0.0.1", port=free_port())
    post.start()
    try:
        records.raised(ALERT)
        address = f"mailto://127.0.0.1:{post.port}?from=regulars@shop.example&to=owner@shop.example&mode=insecure"
        assert tell_waiting(records, notify(monkeypatch, address)).told == 1
    finally:
        post.stop()
    [letter] = letters
    assert letter.mail_from == "regulars@shop.example" and letter.rcpt_tos == ["owner@shop.example"]
    assert letter.content is not None
    message = email.message_from_bytes(bytes(letter.content), policy=email.policy.default)
    assert message["subject"] == ALERT.title
    text = message.get_body(("plain", "html"))
    assert text is not None and ALERT.body in text.get_content()
