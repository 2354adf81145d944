"""The log of a run that the server starts joins the server's, and words for people do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from tempfile import TemporaryFile

import pytest

from regulars.serve.api.run_process import _attend, _last_words

LINES = ['{"message": "The run begins: run"}', '{"message": "The run is done."}']


@pytest.mark.parametrize("hand_on", [True, False])
def test_whole_lines_of_the_log_are_handed_on_while_it_goes_on_and_after(
    hand_on: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    program = f"import sys, time; [(print(l, file=sys.stderr, flush=True), time.sleep(0.3)) for l in {LINES!r}]"
    with TemporaryFile() as words:
        process = subprocess.Popen([sys.executable, "-c", program], stderr=words)
        own = os.dup(words.fileno())
        _attend(process, own, hand_on)
    assert process.returncode == 0
    assert capsys.readouterr().err.splitlines() == (LINES if hand_on else [])
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(own)


def test_what_a_process_said_last_is_found_in_either_form() -> None:
    assert _last_words("Error: There is no file.\nMend it.\n") == "There is no file.\nMend it."
    lines = [json.dumps({"message": "The run begins: run"}), json.dumps({"message": "Another run holds it."})]
    assert _last_words("\n".join(lines) + "\n") == "Another run holds it."
    assert _last_words("") == "" and _last_words("[1]") == "[1]"
