"""`regulars serve` as a process: it says where it listens, answers, and stops when asked to."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.unit.conftest import Call, Published

COMMAND = [sys.executable, "-c", "from regulars.cli import main; main()", "serve", "--port", "0"]


def test_it_answers_at_the_url_that_it_prints_and_ends_in_peace(published: Published, tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [*COMMAND, "--warehouse", str(published.folder / "warehouse")],
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=tmp_path,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
            text=True,
        )
    try:
        assert process.stdout is not None
        [url] = re.findall(r"http://\S+", process.stdout.readline())
        with urllib.request.urlopen(f"{url}/health", timeout=60) as answer:
            assert json.load(answer)["run_id"] == published.report.run_id
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        out = process.stdout.read()  # communicate() would lose what readline() has read beyond its line
    finally:
        process.kill()
    assert process.returncode == 0 and "Traceback" not in errors.read_text() and "Stopped" in out
    assert f"Dashboard: {url}/dashboard" in out


def test_it_listens_for_nobody_else_without_keys(call: Call) -> None:
    code, _, err = call("serve", "--host", "0.0.0.0", "--port", "0")
    assert code == 2 and "regulars keys add" in err


def test_a_port_that_is_taken_is_named(call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, _, err = call("serve", "--port", port)
    assert code == 2 and f"port {port}" in err and "--port" in err
