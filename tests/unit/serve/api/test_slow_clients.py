"""A real server loses patience with clients that dribble, and with nobody else."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from tests.unit.serve.api.conftest import demo_app

from regulars.serve.api.security import server_options
from regulars.serve_settings import ServeSettings

SECONDS = 1.0


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Where a server listens that waits for a second."""
    app: FastAPI = demo_app(tmp_path / "warehouse", slow_client_seconds=SECONDS)

    def much() -> Iterator[bytes]:
        for _ in range(2000):
            yield b"x" * 65536

    # Inside the door, as the middleware stands around all routes.
    app.add_api_route("/much", lambda: StreamingResponse(much()))
    options = server_options(ServeSettings(port=0, slow_client_seconds=SECONDS))
    server = uvicorn.Server(uvicorn.Config(app, **options, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(timeout=30)


def _sent(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """What the server answers to bytes that come with pauses, until it closes the connection."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            while received := connection.recv(65536):
                answer += received
        except (BrokenPipeError, ConnectionResetError):
            return answer
    return answer


HEAD = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


def test_who_sends_a_request_at_once_is_answered(port: int) -> None:
    assert _sent(port, HEAD + b"\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("pieces", [(), (b"GET",), (HEAD, *[b"X-A: b\r\n"] * 400)])
def test_who_does_not_come_to_the_end_of_the_head_is_cut_off(port: int, pieces: tuple[bytes, ...]) -> None:
    begun = time.perf_counter()
    assert not _sent(port, *pieces, pause=0.05).startswith(b"HTTP/1.1 200")
    assert time.perf_counter() - begun < 15, "the head of 400 lines would take twenty seconds"


def test_who_does_not_come_to_the_end_of_the_body_is_told(port: int) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"
    answer = _sent(port, head, *[b"x"] * 10, pause=0.05)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"application/problem+json" in answer


def test_who_does_not_take_an_answer_loses_the_connection(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(HEAD.replace(b"/health", b"/much") + b"\r\n")
        time.sleep(SECONDS * 4)
        taken = 0
        try:
            while received := connection.recv(65536):
                taken += len(received)
        except ConnectionResetError:
            pass
    assert taken < 2000 * 65536


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /health\r\nSet-Cookie: x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 600_000 + b"\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    ],
)
def test_requests_that_smuggle_are_refused(port: int, request_bytes: bytes) -> None:
    answer = _sent(port, request_bytes)
    # Of a head without end nothing may come back: the connection is closed while it is still being sent.
    assert answer[:12] in (b"HTTP/1.1 400", b"")
    assert b"Set-Cookie" not in answer
