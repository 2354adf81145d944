"""kill -9 of the server: of an export the client has a whole file or a broken answer, and no half stays behind; of
webhooks every event arrives, and what comes twice comes under the same id.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from tests.end_to_end.doors import SCRIPT, ask, process
from tests.end_to_end.receiving import assert_each_arrived, batch, received, receiving, to_receiver

from regulars import catalog
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.journal import FileJournal
from regulars.engines.outbox_records import OutboxRecords

ORDERS = "\n".join(
    ["order_id,customer_id,email,ordered_at,amount"]
    + [f"o{i},{i % 7},p{i % 7}@example.org,2025-{1 + i % 12:02}-10,{10 + i}.50" for i in range(60)]
)
# Copies of each customer, so that writing and sending take long enough to be interrupted.
COPIES = 20_000
BATCHES, KILLS = 16, 2

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published warehouse whose wide table has been made long; all that matters here is its size."""
    folder = tmp_path_factory.mktemp("killed")
    (folder / "orders.csv").write_text(ORDERS + "\n")
    done = process("run", "orders.csv", "-w", "warehouse", "--quiet", folder=folder, patience=1200)
    assert done.exit_code == 0, done.errors
    with duckdb.connect(str(folder / "warehouse" / "live.duckdb")) as live:
        [[segment]] = live.execute("select min(segment) from marts.customer_360").fetchall()
        live.execute(
            "insert into marts.customer_360"
            f" select wide.* replace (wide.customer_id + copy * 1000 as customer_id, '{segment}' as segment)"
            f" from marts.customer_360 as wide, range(1, {COPIES}) as copies(copy)"
        )
    return folder / "warehouse"


@contextmanager
def server(warehouse: Path, temporary: Path, **variables: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The server in a process that keeps its temporary files in a folder of their own."""
    temporary.mkdir(exist_ok=True)
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"} | variables
    command = [str(SCRIPT), "serve", "-w", str(warehouse), "--port", "0"]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert serving.stdout is not None
        said = serving.stdout.readline()
        found = re.search(r"http://[^:]+:(\d+)", said)
        assert found, said
        yield serving, int(found[1])
    finally:
        serving.kill()
        serving.wait()


def asked(port: int, segment: str, kind: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", f"/export/segments/{segment.replace(' ', '%20')}?format={kind}")
    return connection.getresponse()


def halves(temporary: Path) -> list[Path]:
    """What an export is writing, or has left."""
    return [path for path in temporary.rglob("*") if path.is_file() and path.suffix != ".lock"]


def name_of_the_segment(warehouse: Path) -> str:
    with duckdb.connect(str(warehouse / "live.duckdb"), read_only=True) as live:
        [[segment]] = live.execute(
            "select segment from marts.customer_360 group by segment order by count(*) desc limit 1"
        ).fetchall()
        return str(segment)


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.002)
    assert condition()


def restarted_leaves_nothing(warehouse: Path, temporary: Path) -> None:
    with server(warehouse, temporary) as (_, port):
        # It answers once it has begun, and it begins by sweeping.
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=120):
            assert [path.name for path in temporary.iterdir() if path.name.startswith("regulars-sending-")] == []
        assert asked(port, name_of_the_segment(warehouse), "parquet").read()[:4] == b"PAR1"
        assert halves(temporary) == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_killed_while_it_writes(warehouse: Path, tmp_path: Path, kind: str) -> None:
    temporary, segment, outcome = tmp_path / "tmp", name_of_the_segment(warehouse), []

    def client() -> None:
        try:
            outcome.append(asked(port, segment, kind).read())
        except (http.client.HTTPException, OSError) as error:
            outcome.append(error)

    with server(warehouse, temporary) as (serving, port):
        thread = threading.Thread(target=client)
        thread.start()
        until(lambda: any(path.stat().st_size for path in halves(temporary)))
        serving.send_signal(signal.SIGKILL)
        thread.join(timeout=60)
    assert halves(temporary), "it was killed too late to show anything"
    assert isinstance(outcome[0], (http.client.HTTPException, OSError)), "a broken connection, and no file"
    [newest] = ExportLedger(FileJournal(warehouse / "journal.sqlite")).entries(1).to_pylist()
    assert newest["status"] == "interrupted", "the ledger knows that it began, and that nobody goes on with it"
    restarted_leaves_nothing(warehouse, temporary)


def test_killed_while_it_sends(warehouse: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    with server(warehouse, temporary) as (serving, port):
        answer = asked(port, name_of_the_segment(warehouse), "csv")
        announced = int(answer.headers["content-length"])
        assert announced > 20_000_000 and len(answer.read(65536)) == 65536
        assert halves(temporary) == [], "what is being sent has no name any more"
        serving.send_signal(signal.SIGKILL)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
    restarted_leaves_nothing(warehouse, temporary)


def test_a_client_that_leaves_in_the_middle_disturbs_nobody(warehouse: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    with server(warehouse, temporary) as (_, port):
        for _ in range(2):
            answer = asked(port, name_of_the_segment(warehouse), "csv")
            answer.read(65536)
            answer.close()
        whole = asked(port, name_of_the_segment(warehouse), "csv")
        assert len(whole.read()) == int(whole.headers["content-length"])
        assert halves(temporary) == []


def test_killed_while_it_delivers(warehouse: Path, tmp_path: Path) -> None:
    outbox = OutboxRecords(FileJournal(warehouse / "journal.sqlite"))
    [[run_id]] = ask(warehouse / "live.duckdb", f"select run_id from {catalog.PARAMETERS.name}")
    outbox.register("crm", run_id, "2026-01-01")
    outbox.add(batch(number) for number in range(BATCHES))
    slow = ("--slow", "1", "--seconds", "0.2", "--failing", "0.1")
    with receiving(tmp_path, *slow) as url:
        # Its lease would hold up the next server for minutes, if that could not see that it is dead.
        variables = to_receiver(url, timeout_seconds=90, first_pause_seconds=0.01)
        for _ in range(KILLS):
            enough = len(received(tmp_path)) + 3
            with server(warehouse, tmp_path / "tmp", **variables) as (serving, _):
                until(lambda enough=enough: len(received(tmp_path)) >= enough and (tmp_path / "open").exists())
                serving.send_signal(signal.SIGKILL)
            # The receiver takes in what it was reading, and nobody hears that it did.
            until(lambda: not (tmp_path / "open").exists())
        assert outbox.counts()["status"].to_pylist() == ["delivered", "waiting"], "killed in the middle"
        with server(warehouse, tmp_path / "tmp", **variables):
            until(lambda: outbox.counts()["status"].to_pylist() == ["delivered"])
    requests = received(tmp_path)
    assert_each_arrived(requests, BATCHES)
    taken = [request["id"] for request in requests if request["status"] == 204]
    assert len(taken) > len(set(taken)), "no kill hit a request whose answer was missed, so nothing was shown"
