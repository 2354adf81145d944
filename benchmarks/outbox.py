"""A million events into the outbox, and out of it to a receiver on loopback: seconds and peak memory.

The floor posts as many bytes in as many requests by the same client, with nothing kept. Memory is measured in a process
of its own for each size, before the live warehouse is read and at the end: python benchmarks/outbox.py --events 100000
--events 1000000
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import resource
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

BATCH_SIZE = 500


class _Taker(BaseHTTPRequestHandler):
    """Takes posts and counts what is in them."""

    protocol_version = "HTTP/1.1"
    taken = 0

    def setup(self) -> None:
        super().setup()
        self.request.setsockopt(6, 1, 1)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        _Taker.taken += body.count(b'"id":"evt_')
        self.send_response(204)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        body = json.dumps(_Taker.taken).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def _receive(place: Any) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taker)
    place.put(server.server_address[1])
    server.serve_forever()


def _published(folder: Path, events: int) -> None:
    """A live warehouse in which everybody moved."""
    from regulars import catalog, marts
    from regulars.engines.duckdb import DuckDBEngine
    from regulars.publishing import make_segment_changes

    engine = DuckDBEngine(folder)
    engine.prepare()
    with engine.build(fresh=True) as build:
        moved = f"select range + 100000000 as customer_id, 'Lost' as segment from range({events})"
        for table, query in (
            (marts.RUN_PARAMETERS, "select date '2026-01-06' as as_of, 'r2' as run_id, 'x' as rules"),
            (marts.FCT_CUSTOMER_RFM, moved),
            (marts.CUSTOMER_360, moved),
            (catalog.IDENTITY_IDS.name, "select 1::bigint as customer_id, null::bigint as redirected_to limit 0"),
            (
                marts.SEGMENT_EVENTS,
                "select customer_id, 'Loyal' as from_segment, segment as to_segment, 'passing of time' as cause,"
                f" '' as restated_by, false as is_restatement, date '2026-01-06' as as_of from ({moved})",
            ),
        ):
            build.execute(f"create table {table} as {query}")
        build.execute(f"insert into {catalog.PUBLISHED_STATE.name} values ('2026-01-05', 'r1', 'x', 0)")
        build.execute(
            f"insert into {catalog.PUBLISHED_SEGMENTS.name} (customer_id, segment)"
            f" select customer_id, 'Loyal' from ({moved})"
        )
        started = _now()
        make_segment_changes(build)
        print(f"  {_since(started)}  the changes of a build are found")
    with engine.lock():
        engine.publish()


def _measured(folder: Path, events: int, port: int) -> None:
    import httpx

    from regulars.activate.delivering import deliver
    from regulars.activate.gathering import gather
    from regulars.engines.duckdb import DuckDBEngine
    from regulars.engines.outbox_records import OutboxRecords
    from regulars.serve.queries import Queries
    from regulars.settings import ShopSettings
    from regulars.webhook_settings import WebhookSettings

    os.environ["BENCHMARK_SECRET"] = base64.b64encode(bytes(32)).decode()
    url = f"http://127.0.0.1:{port}/"
    webhook = WebhookSettings(url=url, secret="env:BENCHMARK_SECRET", allow_private=True, batch_size=BATCH_SIZE)
    engine = DuckDBEngine(folder, memory_limit="300MB", threads=2)
    outbox, queries = OutboxRecords(engine.journal), Queries(engine, ShopSettings())
    outbox.register("crm", "r1", "2026-01-05")
    before, started = _peak(), _now()
    gather(queries, outbox, {"crm": webhook}, "explicit")
    size = (folder / "journal.sqlite").stat().st_size
    print(f"  {_since(started)}  put in, {size / 1e6:.0f} MB on the disk, peak {before} to {_peak()} MB")
    started = _now()
    delivery = deliver(outbox, {"crm": webhook}, seconds=3600)
    print(f"  {_since(started)}  delivered in {delivery.delivered:,} requests, peak {_peak()} MB", flush=True)
    assert delivery.events == events, delivery
    assert httpx.get(url, trust_env=False).json() == events
    started = _now()
    asyncio.run(_floor(url, b"x" * 330 * BATCH_SIZE, -(-events // BATCH_SIZE)))
    print(f"  {_since(started)}  floor: as many bytes in as many requests by the same client")


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(started: tuple[float, float]) -> str:
    return f"{time.perf_counter() - started[0]:6.1f} s, {time.process_time() - started[1]:5.1f} of processor"


async def _floor(url: str, body: bytes, requests: int) -> None:
    import httpx

    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(requests):
            await client.post(url, content=body)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Prints the seconds and the peak memory for each number of events."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, action="append")
    context = multiprocessing.get_context("spawn")
    for events in parser.parse_args().events or [100_000, 1_000_000]:
        print(f"{events:,} events")
        with TemporaryDirectory() as name:
            place = context.Queue()
            receiver = context.Process(target=_receive, args=(place,), daemon=True)
            receiver.start()
            port = place.get(timeout=60)
            for work, given in ((_published, (Path(name), events)), (_measured, (Path(name), events, port))):
                process = context.Process(target=work, args=given)
                process.start()
                process.join()
                assert process.exitcode == 0
            receiver.kill()


if __name__ == "__main__":
    main()
