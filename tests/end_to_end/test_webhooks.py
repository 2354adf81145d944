"""Whoever delivers may be killed at any moment, and the receiver may fail and dawdle: every event arrives.

The receiver is a process of its own that checks every signature, and knows a batch that comes again by its id.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.end_to_end.receiver import SECRET
from tests.end_to_end.receiving import assert_each_arrived, batch, received, receiving, to_receiver

from regulars.cli_views import generate_shop
from regulars.engines.base import open_engine
from regulars.engines.outbox_records import OutboxRecords
from regulars.pipeline import Request, run_pipeline
from regulars.serve.queries import Queries
from regulars.settings import Settings, overridden

HERE = Path(__file__).parent
BATCHES, KILLS = 80, 5
PATIENCE = 240.0


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["duckdb", "postgres"])
def test_every_event_arrives_however_often_the_worker_is_killed(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    warehouse = str(tmp_path / "warehouse")
    if kind == "postgres":
        warehouse = request.getfixturevalue("server").new_database()
    engine = open_engine(Settings(warehouse=warehouse))
    engine.prepare()
    outbox = OutboxRecords(engine.journal)
    outbox.register("crm", "r0", "2026-01-01")
    outbox.add(batch(number) for number in range(BATCHES))
    chance = random.Random(7)
    with receiving(tmp_path, "--seed", "3", "--failing", "0.2", "--slow", "0.2", "--seconds", "0.05") as url:
        environment = {
            **os.environ,
            "REGULARS_WAREHOUSE": warehouse,
            **to_receiver(url, timeout_seconds=0.5, first_pause_seconds=0.01),
        }
        until = time.monotonic() + PATIENCE
        for kill in range(KILLS + 1):
            before = len(received(tmp_path))
            # Two at once, of which one has the webhook.
            workers = [subprocess.Popen([sys.executable, HERE / "delivering.py"], env=environment) for _ in range(2)]
            try:
                enough = before + chance.randint(2, 9)
                while not _is_done(outbox) and (kill == KILLS or len(received(tmp_path)) < enough):
                    assert time.monotonic() < until, outbox.batches(5).to_pylist()
                    time.sleep(chance.uniform(0.005, 0.02))
            finally:
                for worker in workers:
                    worker.send_signal(signal.SIGKILL)
                    worker.wait()
    requests = received(tmp_path)
    assert_each_arrived(requests, BATCHES)
    assert any(request["status"] != 204 for request in requests), "the receiver never failed, so nothing was tried"


def _is_done(outbox: OutboxRecords) -> bool:
    return outbox.counts()["status"].to_pylist() == ["delivered"]


@pytest.mark.slow
def test_a_run_tells_who_moved_and_that_it_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_SECRET", SECRET)
    generate_shop(tmp_path / "shop", {"customers": 120, "seed": 3}, force=False)
    with receiving(tmp_path) as url:
        monkeypatch.setenv("SHOP_NOTIFY", url.replace("http://", "json://"))
        settings = Settings.model_validate(
            {
                "warehouse": str(tmp_path / "warehouse"),
                "rfm": {"as_of": "2025-10-30"},
                "webhooks": {"crm": {"url": url, "secret": "env:CRM_SECRET", "allow_private": True, "batch_size": 4}},
                "notify": {"urls": ["env:SHOP_NOTIFY"], "on": ["published"]},
            }
        )
        files = [str(tmp_path / "shop" / "customers.csv"), str(tmp_path / "shop" / "orders.csv")]
        run_pipeline(settings, Request(files=files))
        queries = Queries(open_engine(settings), settings.shop)
        segments = "select customer_id, segment from customer_segments"
        before = {row["customer_id"]: row["segment"] for row in queries.sql(segments).to_pylist()}
        assert [request["id"] for request in received(tmp_path)] == [None], "one message, and no event"
        later = overridden(settings, rfm={"as_of": "2025-11-08"})
        report = run_pipeline(later, Request())
        after = {row["customer_id"]: row["segment"] for row in queries.sql(segments).to_pylist()}
        # The same day again moves nobody.
        run_pipeline(later, Request(stages=["build", "learn", "finish", "check", "publish"]))
    posts = [request for request in received(tmp_path) if request["id"] is not None]
    assert all(post["signed"] and post["body"]["data"]["run_id"] == report.run_id for post in posts)
    told = {
        event["customer_id"]: (event["from_segment"], event["to_segment"])
        for post in posts
        for event in post["body"]["data"]["events"]
    }
    moved = {one for one in {*before, *after} if before.get(one) != after.get(one)}
    assert told == {one: (before.get(one), after.get(one)) for one in moved}
    assert len(moved) > 4 and len(posts) == -(-len(moved) // 4)
    causes = [event["cause"] for post in posts for event in post["body"]["data"]["events"]]
    assert {cause for cause in causes if cause} <= {"own behaviour", "passing of time", "threshold drift"}
    messages = [request["body"] for request in received(tmp_path) if request["id"] is None]
    assert [message["title"] for message in messages] == ["My shop: new segments are live"] * 3
