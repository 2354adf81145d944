"""Files on their way: gone when they are sent, and gone when their server was killed, but not those of others."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.responses import Response

from regulars.serve.api.sent_files import SendingFolder, sent

HOLDING = """
import sys, time
from pathlib import Path
from regulars.serve.api.sent_files import SendingFolder
with SendingFolder(Path(sys.argv[1])).file("segment.csv") as path:
    path.write_text("ann@example.org")
    print(path, flush=True)
    time.sleep(600)
"""


def test_a_file_is_whole_at_the_client_and_nowhere_else(tmp_path: Path) -> None:
    content, folder, app = b"x" * 3_000_001, SendingFolder(tmp_path), FastAPI()

    @app.get("/file")
    def file() -> Response:
        with folder.file("segment.csv") as path:
            path.write_bytes(content)
            return sent(path, "text/csv", {"ETag": '"1"'})

    answer = TestClient(app).get("/file", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (200, content, '"1"')
    assert answer.headers["content-length"] == str(len(content))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"] == []
    folder.close()
    assert list(tmp_path.iterdir()) == []


def test_what_fails_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    folder = SendingFolder(tmp_path)
    with pytest.raises(ValueError, match="broken"), folder.file("segment.csv") as path:
        path.with_name(".segment.csv.1-ab.half").write_text("half")
        raise ValueError("broken")
    assert [path for path in tmp_path.rglob("*") if "segment" in path.name] == []


def test_the_folder_of_a_killed_server_is_swept_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDING, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    file = Path(process.stdout.readline().strip())
    assert file.stat().st_size and (file.parents[1].stat().st_mode & 0o077) == 0
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").write_text("kept")
    (tmp_path / "regulars-sending-link").symlink_to(tmp_path / "elsewhere")
    try:
        assert SendingFolder(tmp_path).sweep() == 0
        assert file.exists()
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert file.exists(), "a process that is killed cannot clean up"
    assert SendingFolder(tmp_path).sweep() == 1
    assert not file.exists()
    assert (tmp_path / "elsewhere" / "kept").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"elsewhere", "regulars-sending-link"}
