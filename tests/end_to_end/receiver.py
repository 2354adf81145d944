"""A receiver of webhooks in a process of its own: it checks signatures, fails and dawdles by a seed, and notes all.

`python receiver.py FOLDER [--seed N --failing 0.3 --slow 0.1 --seconds 0.05]` writes its port to FOLDER/port and a line
of JSON per request to FOLDER/received.jsonl, on the disk before it answers. FOLDER/open is there while
a request that was read whole waits for its answer.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes now").decode()
STATUSES = (500, 503, 429, 404, 400)


class Receiver(BaseHTTPRequestHandler):
    """Takes posts."""

    protocol_version = "HTTP/1.1"
    options: argparse.Namespace
    turn = threading.Lock()
    chance: random.Random
    open_now = 0
    most_open = 0

    def do_POST(self) -> None:
        with self.turn:
            Receiver.open_now += 1
            Receiver.most_open = max(Receiver.most_open, Receiver.open_now)
            fails, dawdles = (self.chance.random() < share for share in (self.options.failing, self.options.slow))
            status = self.chance.choice(STATUSES) if fails else 204
            # Some that answer with an error have taken it in nevertheless.
            keeps = not fails or self.chance.random() < 0.3
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:  # Who sent it was killed on the way: no receiver takes a part for the whole.
            with self.turn:
                Receiver.open_now -= 1
            self.close_connection = True
            return
        (self.options.folder / "open").touch()
        if dawdles:
            time.sleep(self.options.seconds)
        with self.turn:
            line = {
                "id": self.headers["webhook-id"],
                "status": status,
                "kept": keeps,
                "signed": self._is_signed(body),
                "sha256": hashlib.sha256(body).hexdigest(),
                "open": Receiver.most_open,
                "body": json.loads(body) if keeps else None,
            }
            with (self.options.folder / "received.jsonl").open("a") as file:
                file.write(json.dumps(line) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Receiver.open_now -= 1
            if not Receiver.open_now:
                (self.options.folder / "open").unlink(missing_ok=True)
        said = b"a fault by design" if status != 204 else b""
        try:
            self.send_response(status)
            if status == 429:
                self.send_header("retry-after", "0")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)
        except OSError:
            self.close_connection = True

    def _is_signed(self, body: bytes) -> bool:
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        if self.headers["webhook-id"] is None:
            return False
        content = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        right = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        fresh = abs(time.time() - int(self.headers["webhook-timestamp"])) < 300
        return fresh and right in self.headers["webhook-signature"].split()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failing", type=float, default=0.0)
    parser.add_argument("--slow", type=float, default=0.0)
    parser.add_argument("--seconds", type=float, default=0.05)
    Receiver.options = parser.parse_args()
    Receiver.chance = random.Random(Receiver.options.seed)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    port = Receiver.options.folder / "port.new"
    port.write_text(str(server.server_address[1]))
    port.rename(Receiver.options.folder / "port")
    server.serve_forever()
