"""What waits is delivered by one worker at a time, tried again as is due, and never lost."""

from __future__ import annotations

import datetime as dt
import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.servers import free_port
from tests.unit.activate.receiving import Said, receiver

from regulars.activate.delivering import LONGEST_PAUSE_SECONDS, Delivery, deliver, pause_after, receiver_of
from regulars.activate.signing import key_of, signed_headers
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.outbox_batches import Batch
from regulars.engines.outbox_records import OutboxRecords
from regulars.errors import SettingsError
from regulars.webhook_settings import WebhookSettings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OutboxRecords:
    """An outbox with three batches for `crm`."""
    monkeypatch.setenv("CRM_SECRET", SECRET)
    outbox = OutboxRecords(DuckDBEngine(tmp_path / "warehouse").journal)
    outbox.register("crm", "r0", "2026-01-01")
    outbox.add(batch(number) for number in (1, 2, 3))
    return outbox


def batch(number: int, webhook: str = "crm") -> Batch:
    ids = [number * 10, number * 10 + 1]
    events = pa.table(
        {
            "customer_id": ids,
            "event": ["moved", "entered"],
            "cause": ["own behaviour", None],
            "from_segment": ["Lost", None],
            "to_segment": ["Loyal", "Loyal"],
            "merged_into": pa.nulls(2, pa.int64()),
            "clv": [1.5, None],
        }
    )
    return Batch(f"msg_{number}", webhook, "r1", "2026-01-01", "2026-01-02", number, events)


def to(url: str, **options: object) -> dict[str, WebhookSettings]:
    given = {"url": url, "secret": "env:CRM_SECRET", "allow_private": True, "first_pause_seconds": 0.05, **options}
    return {"crm": WebhookSettings.model_validate(given)}


def states(outbox: OutboxRecords) -> dict[str, str]:
    return {row["batch_id"]: row["status"] for row in outbox.batches().to_pylist()}


def test_all_that_waits_arrives_in_its_order_signed(outbox: OutboxRecords) -> None:
    with receiver() as taken:
        delivery = deliver(outbox, to(taken.url), seconds=20)
    assert (delivery.delivered, delivery.events, delivery.failed) == (3, 6, 0)
    assert taken.ids == ["msg_1", "msg_2", "msg_3"]
    assert set(states(outbox).values()) == {"delivered"}
    headers, body = taken.requests[0]
    signed = signed_headers([key_of(SECRET, "crm")], "msg_1", int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == signed["webhook-signature"]
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    message = taken.bodies[0]
    assert message["type"] == "segment.events" and message["timestamp"].endswith("Z")
    data = message["data"]
    assert (data["batch_id"], data["run_id"], data["from_as_of"], data["as_of"]) == (
        *("msg_1", "r1"),
        *("2026-01-01", "2026-01-02"),
    )
    first, second = data["events"]
    assert first.pop("id").startswith("evt_") and second["id"].startswith("evt_")
    assert first == {
        "customer_id": 10,
        "event": "moved",
        "cause": "own behaviour",
        "from_segment": "Lost",
        "to_segment": "Loyal",
        "fields": {"clv": 1.5},
    }
    assert len({event["id"] for body in taken.bodies for event in body["data"]["events"]}) == 6


def test_a_batch_is_the_same_bytes_under_the_same_id_in_every_try(outbox: OutboxRecords) -> None:
    with receiver(lambda number, headers: Said(503 if number < 4 else 204)) as taken:
        delivery = deliver(outbox, to(taken.url), seconds=30)
    assert (delivery.delivered, delivery.failed) == (3, 4)
    bodies: dict[str, set[bytes]] = {}
    for headers, body in taken.requests:
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    assert {name: len(found) for name, found in bodies.items()} == {"msg_1": 1, "msg_2": 1, "msg_3": 1}
    assert set(states(outbox).values()) == {"delivered"}


def test_a_receiver_that_is_down_is_asked_less_and_less(outbox: OutboxRecords) -> None:
    started = time.perf_counter()
    delivery = deliver(outbox, to(f"http://127.0.0.1:{free_port()}/hook", first_pause_seconds=0.5), seconds=8)
    assert 1 <= delivery.failed <= 5, "after 0.5, 1.5, 3.5 and 7.5 seconds"
    assert time.perf_counter() - started < 20
    webhook = outbox.webhook("crm")
    assert webhook is not None and webhook.failures == delivery.failed
    assert webhook.paused_until is not None and webhook.paused_until > outbox.now() - dt.timedelta(seconds=1)
    errors = [row["error"] for row in outbox.batches().to_pylist() if row["error"]]
    assert errors and all("no connection" in error for error in errors)


def test_who_asks_to_be_left_alone_is(outbox: OutboxRecords) -> None:
    with receiver(lambda number, headers: Said(429, {"retry-after": "3600"})) as taken:
        deliver(outbox, to(taken.url), seconds=2)
        deliver(outbox, to(taken.url), seconds=2)
    assert len(taken.requests) == 1
    webhook = outbox.webhook("crm")
    assert webhook is not None and webhook.paused_until is not None
    assert webhook.paused_until > outbox.now() + dt.timedelta(minutes=55)


def test_who_is_gone_is_told_nothing_more_until_somebody_begins_again(outbox: OutboxRecords) -> None:
    with receiver(lambda number, headers: Said(410)) as taken:
        delivery = deliver(outbox, to(taken.url), seconds=5)
        assert "retry crm" in delivery.notes[0]
        deliver(outbox, to(taken.url), seconds=5)
        assert len(taken.requests) == 1 and set(states(outbox).values()) == {"dead"}
    with receiver() as taken:
        assert outbox.revive("crm") == 3
        assert deliver(outbox, to(taken.url), seconds=10).delivered == 3


def test_what_nobody_took_for_so_long_is_dead_with_its_reason(outbox: OutboxRecords) -> None:
    with receiver(lambda number, headers: Said(400 if headers["webhook-id"] == "msg_2" else 204)) as taken:
        deliver(outbox, to(taken.url, give_up_hours=0.3 / 3600), seconds=10)
    assert states(outbox) == {"msg_1": "delivered", "msg_2": "dead", "msg_3": "delivered"}
    [dead] = [row for row in outbox.batches().to_pylist() if row["status"] == "dead"]
    assert dead["error"].startswith("400") and dead["ended_at"] is not None
    with receiver() as taken:
        outbox.revive("crm", "msg_2")
        assert deliver(outbox, to(taken.url), seconds=5).delivered == 1
        assert taken.ids == ["msg_2"]


def test_two_workers_never_deliver_at_once(outbox: OutboxRecords) -> None:
    outbox.add(batch(number) for number in range(4, 13))
    open_now = most = 0
    turn = threading.Lock()

    def dawdle(number: int, headers: dict[str, str]) -> Said:
        nonlocal open_now, most
        with turn:
            open_now += 1
            most = max(most, open_now)
        time.sleep(0.02)
        with turn:
            open_now -= 1
        return Said()

    done: list[Delivery] = []
    with receiver(dawdle) as taken:
        threads = [
            threading.Thread(target=lambda: done.append(deliver(outbox, to(taken.url), seconds=20))) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(one.delivered for one in done) == 12
    assert sorted(taken.ids) == sorted({f"msg_{number}" for number in range(1, 13)})
    assert most == 1


def test_webhooks_do_not_wait_for_each_other(outbox: OutboxRecords) -> None:
    outbox.register("mail", "r0", "2026-01-01")
    events = batch(1, "mail").events
    outbox.add([Batch("msg_mail", "mail", "r1", "2026-01-01", "2026-01-02", 1, events)])
    with receiver(lambda number, headers: Said(wait=2.0)) as slow, receiver() as quick:
        both = {**to(slow.url, timeout_seconds=0.5, first_pause_seconds=60), "mail": to(quick.url)["crm"]}
        started = time.perf_counter()
        delivery = deliver(outbox, both, seconds=5)
    assert (delivery.delivered, delivery.failed) == (1, 1)
    assert quick.ids == ["msg_mail"] and time.perf_counter() - started < 6


def test_a_round_ends_in_its_time_and_when_it_is_told_to(outbox: OutboxRecords) -> None:
    with receiver(lambda number, headers: Said(wait=3.5)) as taken:
        deliver(outbox, to(taken.url), seconds=3)
        assert len(taken.requests) == 1, "the next would have begun after its time"
    with receiver() as taken:
        deliver(outbox, to(taken.url), seconds=20, stopped=lambda: True)
        assert taken.requests == []
        deliver(outbox, to(taken.url), seconds=20, stopped=lambda: len(taken.requests) > 0)
        assert len(taken.requests) == 1


def test_fields_are_kept_no_longer_than_they_are_needed(outbox: OutboxRecords) -> None:
    with receiver() as taken:
        deliver(outbox, to(taken.url, fields=("clv",)), seconds=10)
    assert taken.bodies[0]["data"]["events"][0]["fields"] == {"clv": 1.5}
    found = outbox.batch("msg_1")
    assert found is not None and "clv" not in found[1].column_names and found[1].num_rows == 2


def test_a_secret_that_is_missing_is_said_and_the_others_are_delivered(outbox: OutboxRecords) -> None:
    outbox.register("mail", "r0", "2026-01-01")
    with receiver() as taken:
        both = {**to(taken.url), "mail": to(taken.url, secret="env:NO_SUCH_VARIABLE")["crm"]}
        delivery = deliver(outbox, both, seconds=10)
    assert delivery.delivered == 3
    assert delivery.notes and "NO_SUCH_VARIABLE" in delivery.notes[0]


def test_nothing_secret_is_told_or_kept(outbox: OutboxRecords, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(lambda number, headers: Said(500, body=b"nope")) as taken:
        monkeypatch.setenv("CRM_URL", f"{taken.url}/hunter2-token")
        webhook = to("env:CRM_URL")
        delivery = deliver(outbox, webhook, seconds=1)
    told = f"{delivery} {outbox.batches().to_pylist()} {outbox.webhooks()} {webhook}"
    assert "hunter2-token" not in told and SECRET not in told


@pytest.mark.parametrize("url", ["http://crm.example/x", "https://127.0.0.1/x"])
def test_an_address_is_judged_also_when_it_is_secret(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_SECRET", SECRET)
    monkeypatch.setenv("CRM_URL", url)
    webhook = to("env:CRM_URL", allow_private=False)["crm"]
    if url.startswith("https"):
        assert receiver_of("crm", webhook).url.host == "127.0.0.1", "it is refused when it is looked up"
    else:
        with pytest.raises(SettingsError, match="no https address"):
            receiver_of("crm", webhook)


@given(st.integers(1, 60), st.floats(0.1, 60.0))
def test_pauses_grow_to_a_bound_and_are_the_same_again(tries: int, first: float) -> None:
    pause = pause_after("msg_1", tries, first)
    assert pause == pause_after("msg_1", tries, first)
    exact = min(LONGEST_PAUSE_SECONDS, first * 2 ** (tries - 1))
    assert 0.75 * exact <= pause <= 1.25 * exact
    assert pause_after("msg_1", 3, first) != pause_after("msg_2", 3, first)


def test_three_days_of_pauses_are_some_two_dozen_tries() -> None:
    passed, tries = 0.0, 0
    while passed <= 72 * 3600:
        tries += 1
        passed += pause_after("msg_1", tries, 5.0)
    assert 18 <= tries <= 30
