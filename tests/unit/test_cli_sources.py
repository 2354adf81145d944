"""`regulars sources test`, as the command line gives it: for machines and for people, whatever the sources say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests import servers_store

from regulars.engines.duckdb import DuckDBEngine

Call = Callable[..., tuple[int, str, str]]
ORDER = {"order_id": "o1", "customer_id": "c1", "ordered_at": "2025-01-03", "amount": 5, "updated_at": "2025-01-04"}


class _Api(BaseHTTPRequestHandler):
    """One page of one order; while it is asked, another run takes the warehouse's lock."""

    folder: Path
    was_free: list[bool]

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        with DuckDBEngine(self.folder).lock():
            self.was_free.append(True)
        content = json.dumps([ORDER]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[str]:
    handler = type("Api", (_Api,), {"folder": tmp_path / "warehouse", "was_free": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/orders?token=sesame"
        server.shutdown()
        assert handler.was_free  # type: ignore[attr-defined]


def test_every_source_is_told_and_the_worst_gives_the_exit_code(call: Call, tmp_path: Path, api: str) -> None:
    with servers_store.web() as store:
        store.files["orders.csv"] = b"order_id,customer_id,ordered_at,amount\no1,c1,2025-01-03,5\n"
        (tmp_path / "regulars.toml").write_text(
            f"""
            [sources.api]
            entity = "orders"
            rest = {{ url = "{api}", watermark = "updated_at", pages = "page", retries = 0 }}
            [sources.files]
            path = "{store.url}/orders.csv"
            [sources.gone]
            entity = "orders"
            rest = {{ url = "http://127.0.0.1:9/orders", retries = 0 }}
            """
        )
        code, out, err = call("sources", "test", "--json")
        assert (code, "did not answer" in err) == (3, True)
        trials = {trial["source"]: trial for trial in json.loads(out)}
        assert [trials[name]["is_reachable"] for name in ("api", "files", "gone")] == [True, True, False]
        assert trials["api"]["columns"] == list(ORDER)
        assert (trials["api"]["newest"], trials["api"]["would_land"]) == ("2025-01-04", "at least 1 record(s)")
        assert (trials["files"]["entity"], trials["files"]["would_land"]) == ("orders", "1 new file(s)")
        assert (trials["gone"]["exit_code"], trials["gone"]["would_land"]) == (3, "")
        code, out, err = call("sources", "test", "api")
        assert (code, err) == (0, "")
        assert f"  api: {', '.join(ORDER)}\n" in out
        listed = {row["source"]: row["path"] for row in json.loads(call("sources", "list", "--json")[1])}
        assert listed["api"] == api.partition("?")[0]
    assert DuckDBEngine(tmp_path / "warehouse").journal.runs_table().num_rows == 0


def test_a_source_that_the_settings_do_not_have_is_named(call: Call, tmp_path: Path) -> None:
    (tmp_path / "regulars.toml").write_text('[sources.orders]\npath = "orders.csv"\n')
    code, _, err = call("sources", "test", "order", "--json")
    assert (code, "Did you mean orders?" in err) == (2, True)
