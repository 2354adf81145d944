"""Look-ups and lists over HTTP by many clients while a run goes on and publishes, beside the bare server.

Requests come at a fixed rate, whether or not the ones before have been answered, and are timed from the moment that
they were due: a server that stalls is charged for all who wait. The clients are a process of their own on the same
cores. The floor is GET /health of the same server, asked in the same mix.

    python benchmarks/api.py --customers 1000000 --orders 5000000 --seconds 60
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import multiprocessing
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
from api_clients import MIX, Found, ask_from_here, paths_of


def main() -> None:
    """Makes the shop or takes one, measures without and with a run, and prints both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=500_000)
    parser.add_argument("--clients", type=int, default=50, help="connections that are kept open")
    parser.add_argument("--rate", type=float, default=100.0, help="requests a second, of all clients")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--patience", type=float, default=900.0, help="most seconds that are measured until a run has published"
    )
    parser.add_argument("--warehouse", type=Path, help="a published warehouse; it is copied")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        warehouse = Path(name) / "warehouse"
        if asked.warehouse:
            shutil.copytree(asked.warehouse, warehouse)
        else:
            _run(_shop(Path(name), asked.customers, asked.orders), warehouse)
        ids, segments = _known(warehouse)
        server, port = _served(warehouse)
        try:
            print(f"{_rows(warehouse):,} customers, {asked.clients} clients, {asked.rate:g} requests a second of")
            print(f"{', '.join(f'{share} % {kind}' for kind, share in MIX.items())}; {os.cpu_count()} cores")
            _print_costs(server.pid, port, ids, segments)
            for is_running in (False, True):
                run_id = _started(port) if is_running else None
                found = _measured(port, ids, segments, asked, run_id)
                title = "while a run goes on" if is_running else "nothing else"
                if run_id is not None:
                    title += f", which {_state(port, run_id)} at the end; {len(found.runs)} publications were seen"
                _print(title, found)
                if run_id is not None:
                    _print_publication(found, asked.patience)
        finally:
            server.terminate()
            server.wait()


def _measured(port: int, ids: list[int], segments: list[str], asked: argparse.Namespace, run_id: str | None) -> Found:
    """What the clients measure, in a process of their own."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    patience = asked.patience if run_id is not None else asked.seconds
    arguments = (there, port, ids, segments, asked.clients, asked.rate, asked.seconds, patience, run_id)
    process = spawning.Process(target=ask_from_here, args=arguments)
    process.start()
    found = Found(*here.recv())
    process.join()
    return found


def _print_publication(found: Found, patience: float) -> None:
    """When the run was seen first, and what the requests around that moment took: the live file was opened anew."""
    if len(found.runs) < 2:
        print(f"The run did not publish in {patience:g} seconds: take more --patience, or fewer --orders.")
        return
    seen = max(found.runs.values())
    print(f"Its publication was seen {seen:.1f} seconds after the beginning, of {found.seconds:.0f} measured.")
    for what, taken in (
        ("before it", [one[1] for one in found.around if one[0] < seen]),
        ("of the second in which it was opened", [one[1] for one in found.around if seen - 0.5 <= one[0] < seen + 0.5]),
        ("after it", [one[1] for one in found.around if one[0] >= seen + 0.5]),
    ):
        if taken:
            print(f"  {len(taken)} requests {what}: p99 {_share(taken, 0.99):.1f} ms, max {max(taken):.1f} ms")


def _print(title: str, found: Found) -> None:
    print(f"\n{title}")
    print(f"{'':20} {'requests':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8}  p99 / floor")
    floor = _share(found.milliseconds["health"], 0.99)
    for kind, taken in {**found.milliseconds, "all": list(chain.from_iterable(found.milliseconds.values()))}.items():
        marks = [_share(taken, share) for share in (0.5, 0.95, 0.99, 1.0)]
        print(f"{kind:20} {len(taken):8,} {' '.join(f'{mark:8.1f}' for mark in marks)}  {marks[2] / floor:6.1f}")
    print(
        f"errors: {found.errors or 'none'}; {sum(map(len, found.milliseconds.values())) / found.seconds:.0f} a second;"
        f" {found.reconnected} connections were closed while idle and made anew"
    )


def _print_costs(process_id: int, port: int, ids: list[int], segments: list[str]) -> None:
    """What a request costs the server's processor, one after the other: other work on the machine changes it little."""
    if not Path("/proc/self/stat").exists():
        return
    chance, connection = random.Random(2), http.client.HTTPConnection("127.0.0.1", port)
    print("\nmilliseconds of the server's processor for a request")
    for kind, path in paths_of(ids, segments, chance).items():
        for count in (20, 200):  # the first are for warming up
            before = _processor_seconds(process_id)
            for _ in range(count):
                connection.request("GET", path())
                connection.getresponse().read()
        print(f"{kind:20} {(_processor_seconds(process_id) - before) / count * 1000:8.1f}")


def _processor_seconds(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _share(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _shop(folder: Path, customers: int, orders: int) -> Path:
    from regulars.demo.generator import generate
    from regulars.demo.options import ShopOptions

    options = ShopOptions(customers=customers, orders=orders, dirt=False, plain_orders=True)
    return generate(options, folder / "shop").orders_file


def _run(orders: Path, warehouse: Path) -> None:
    subprocess.run([_regulars(), "run", str(orders), "-w", str(warehouse), "--quiet"], check=True)


def _served(warehouse: Path) -> tuple[subprocess.Popen[str], int]:
    command = [_regulars(), "serve", "-w", str(warehouse), "--port", "0"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert server.stdout is not None
    found = re.search(r"http://[^:]+:(\d+)", server.stdout.readline())
    assert found, "the server did not start"
    _fetched(int(found[1]), "/segments")
    return server, int(found[1])


def _started(port: int) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/pipeline/run", method="POST")
    with urllib.request.urlopen(request, timeout=120) as answer:
        return str(json.load(answer)["run_id"])


def _state(port: int, run_id: str) -> str:
    status = _fetched(port, f"/pipeline/runs/{run_id}")["status"]
    return {"running": "went on still", "done": "was done"}.get(status, status)


def _fetched(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=120) as answer:
        return json.load(answer)


def _known(warehouse: Path) -> tuple[list[int], list[str]]:
    with duckdb.connect(str(warehouse / "live.duckdb"), read_only=True) as live:
        ids = live.execute("select customer_id from marts.customer_360 order by hash(customer_id) limit 20000")
        customers = [int(value) for (value,) in ids.fetchall()]
        segments = live.execute("select segment from marts.segment_metrics order by customers desc limit 5").fetchall()
        return customers, [str(name).replace(" ", "%20").replace("'", "%27") for (name,) in segments]


def _rows(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse / "live.duckdb"), read_only=True) as live:
        [[rows]] = live.execute("select count(*) from marts.customer_360").fetchall()
        return int(rows)


def _regulars() -> str:
    return str(Path(sys.executable).with_name("regulars"))


if __name__ == "__main__":
    main()
