"""Landing the pages of a REST API against httpx only reading the same pages into an Arrow table, in the same run.

python benchmarks/rest_source.py --records 200000
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import pyarrow as pa

from regulars.demo.purchases import shop_purchases
from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings

PAGE_ROWS = 1000


def main() -> None:
    """Times both in turn and prints the ratio of the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    parent, child = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=_serve, args=(child, asked.records), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{parent.recv()}/purchases"
    reads, lands = [], []
    for _ in range(asked.rounds):
        started = time.perf_counter()
        table = _read(url)
        reads.append(time.perf_counter() - started)
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            landed = _land(url, Path(folder))
            lands.append(time.perf_counter() - started)
        assert table.num_rows == asked.records
        assert f"{asked.records:,} rows" in landed, landed
    server.kill()
    print(f"{asked.records:,} records in pages of {PAGE_ROWS:,}, best of {asked.rounds}")
    print(f"httpx into Arrow       {min(reads):6.2f} s")
    print(f"regulars land          {min(lands):6.2f} s")
    print(f"ratio                  {min(lands) / min(reads):6.2f}")


def _read(url: str) -> pa.Table:
    """The floor: every page into one list, and that into Arrow."""
    rows: list[dict[str, object]] = []
    with httpx.Client() as client:
        page = 1
        while found := client.get(url, params={"page": page}).json()["purchases"]:
            rows += found
            page += 1
    return pa.Table.from_pylist(rows)


def _land(url: str, folder: Path) -> str:
    rest = {"url": url, "records": "purchases", "pages": "page", "watermark": "purchase_id"}
    source = {"entity": "orders", "rest": rest, "fields": {"phone": "mobile"}}
    settings = Settings.model_validate({"warehouse": str(folder), "sources": {"purchases": source}})
    return run_pipeline(settings, Request(stages=["land"])).summaries["land"]


def _serve(port: Connection, records: int) -> None:
    """Pages that are ready to be sent, so that what is measured is reading and not the server."""
    rows = shop_purchases(max(records // 5, 10), 7).rows
    rows = [dict(row, purchase_id=place) for place, row in enumerate((rows * (records // len(rows) + 1))[:records])]
    pages = [
        json.dumps({"purchases": rows[start : start + PAGE_ROWS]}).encode() for start in range(0, records, PAGE_ROWS)
    ]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            number = int(self.path.rpartition("page=")[2]) - 1
            body = pages[number] if number < len(pages) else b'{"purchases": []}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Nothing is said of each page."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever).start()
    port.send(server.server_address[1])


if __name__ == "__main__":
    main()
