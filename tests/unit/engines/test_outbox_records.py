"""Batches stay what they are until they were taken, and one worker at a time has a webhook, on both engines alike."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.outbox_batches import Batch
from regulars.engines.outbox_people import events_about, forget_events
from regulars.engines.outbox_records import OutboxRecords
from regulars.engines.postgres import PostgresEngine


@pytest.fixture(params=["duckdb", "postgres"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> OutboxRecords:
    if request.param == "duckdb":
        return OutboxRecords(DuckDBEngine(tmp_path / "warehouse").journal)
    return OutboxRecords(PostgresEngine(request.getfixturevalue("database")).journal)


def batch(number: int, ids: list[int], **extra: list[object]) -> Batch:
    events = pa.table({"customer_id": pa.array(ids, pa.int64()), "event": ["moved"] * len(ids), **extra})
    return Batch(f"msg_{number}", "crm", "r1", "2026-01-01", "2026-01-02", number, events)


def test_a_batch_is_put_in_once_and_comes_back_as_it_was(outbox: OutboxRecords) -> None:
    assert outbox.webhooks() == [] and outbox.due("crm", 5) == []
    outbox.register("crm", "r0", "2026-01-01")
    assert outbox.add([batch(1, [3, 4]), batch(2, [5])]) == 3
    outbox.add([batch(1, [3, 4]), batch(2, [5]), batch(3, [9])])
    due = outbox.due("crm", 5)
    assert [one.batch_id for one in due] == ["msg_1", "msg_2", "msg_3"]
    assert due[0].events.to_pylist() == [{"customer_id": 3, "event": "moved"}, {"customer_id": 4, "event": "moved"}]
    assert outbox.due("other", 5) == []
    outbox.gathered("crm", "r1", "2026-01-02")
    outbox.register("crm", "r9", "2027-01-01")
    webhook = outbox.webhook("crm")
    assert webhook is not None and (webhook.gathered_run, webhook.told_until) == ("r1", "2026-01-02")


def test_a_webhook_is_leased_to_one_worker_until_it_lets_go_or_is_late(outbox: OutboxRecords) -> None:
    outbox.register("crm", "", "")
    won: list[str] = []

    def try_it(worker: str) -> None:
        if outbox.take("crm", worker, 30):
            won.append(worker)

    threads = [Thread(target=try_it, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert outbox.take("crm", won[0], 0.05), "who has it may go on"
    time.sleep(0.1)
    assert outbox.take("crm", "late", 30)
    assert not outbox.take("crm", won[0], 30)
    outbox.release("crm", won[0])
    assert not outbox.take("crm", "other", 30), "who lost it cannot give it away"
    outbox.release("crm", "late")
    assert outbox.take("crm", "other", 30)


def test_who_lost_the_lease_notes_nothing(outbox: OutboxRecords) -> None:
    outbox.register("crm", "", "")
    outbox.add([batch(1, [3])])
    [due] = outbox.due("crm", 1)
    assert outbox.take("crm", "mine", 30)
    outbox.delivered("crm", "another's", due, 204, 30)
    assert outbox.batches()["status"].to_pylist() == ["waiting"]
    outbox.delivered("crm", "mine", due, 204, 30)
    [row] = outbox.batches().to_pylist()
    assert (row["status"], row["tries"], row["answer"]) == ("delivered", 1, 204)
    assert outbox.next_turn("crm") is None


def test_failures_rest_die_and_are_revived(outbox: OutboxRecords) -> None:
    outbox.register("crm", "", "")
    outbox.add([batch(1, [3]), batch(2, [4])])
    outbox.take("crm", "mine", 30)
    later = outbox.now() + dt.timedelta(hours=1)
    one, two = outbox.due("crm", 2)
    outbox.failed("crm", "mine", one, answer=503, error="503", due_at=later, paused_until=later)
    outbox.failed("crm", "mine", two, answer=None, error="no connection", due_at=None, paused_until=later)
    assert {row["batch_id"]: row["status"] for row in outbox.batches().to_pylist()} == {
        "msg_1": "waiting",
        "msg_2": "dead",
    }
    webhook = outbox.webhook("crm")
    assert webhook is not None and (webhook.failures, webhook.paused_until) == (2, later)
    assert outbox.due("crm", 2) == [] and outbox.next_turn("crm") == later
    assert outbox.revive("crm", "msg_9") == 0
    assert outbox.revive("crm", "msg_2") == 1
    assert [found.batch_id for found in outbox.due("crm", 2)] == ["msg_2"]
    assert outbox.revive("crm") == 2
    assert [(found.batch_id, found.tries) for found in outbox.due("crm", 2)] == [("msg_1", 0), ("msg_2", 0)]


def test_a_disabled_webhook_sends_nothing_until_it_is_revived(outbox: OutboxRecords) -> None:
    outbox.register("crm", "", "")
    outbox.add([batch(1, [3])])
    outbox.disable("crm", "410 Gone")
    webhook = outbox.webhook("crm")
    assert webhook is not None and (webhook.status, webhook.reason) == ("disabled", "410 Gone")
    assert outbox.next_turn("crm") is None
    assert outbox.counts().to_pylist() == [{"webhook": "crm", "status": "dead", "batches": 1, "events": 1}]
    assert outbox.revive("crm") == 1
    assert outbox.next_turn("crm") is not None


def test_of_what_was_delivered_the_fields_go_and_later_all(outbox: OutboxRecords) -> None:
    outbox.register("crm", "", "")
    outbox.add([batch(1, [3, 4], email=["a@example.org", None])])
    outbox.take("crm", "mine", 30)
    [due] = outbox.due("crm", 1)
    outbox.delivered("crm", "mine", due, 200, 30, ["customer_id", "event"])
    found = outbox.batch("msg_1")
    assert found is not None and found[1].column_names == ["customer_id", "event"]
    outbox.trim(outbox.now() - dt.timedelta(days=1), outbox.now())
    assert outbox.batches().num_rows == 1
    time.sleep(0.005)
    outbox.trim(outbox.now(), outbox.now())
    assert outbox.batch("msg_1") is None


def test_a_person_is_listed_and_forgotten_and_the_others_stay(outbox: OutboxRecords) -> None:
    journal = outbox._journal
    assert forget_events(journal, [1]) == 0 and events_about(journal, [1]) == []
    outbox.register("crm", "", "")
    outbox.add([batch(1, [3, 5, 9]), batch(2, [5]), batch(3, [6, 8])])
    about = events_about(journal, [5])
    assert [(row["batch_id"], row["customer_id"], row["event"]) for row in about] == [
        ("msg_1", 5, "moved"),
        ("msg_2", 5, "moved"),
    ]
    assert forget_events(journal, [5, 9]) == 3
    assert forget_events(journal, [5, 9]) == 0
    assert events_about(journal, [5, 9, 7]) == []
    assert [(one.batch_id, one.events["customer_id"].to_pylist()) for one in outbox.due("crm", 5)] == [
        ("msg_1", [3]),
        ("msg_3", [6, 8]),
    ]


def test_who_is_forgotten_while_a_batch_is_under_way_stays_forgotten(outbox: OutboxRecords) -> None:
    outbox.register("crm", "", "")
    outbox.add([batch(1, [3, 5], email=["a@example.org", "b@example.org"])])
    outbox.take("crm", "mine", 30)
    [due] = outbox.due("crm", 1)
    forget_events(outbox._journal, [5])
    outbox.delivered("crm", "mine", due, 200, 30, ["customer_id", "event"])
    found = outbox.batch("msg_1")
    assert found is not None and found[0]["status"] == "delivered"
    assert found[1]["customer_id"].to_pylist() == [3]
