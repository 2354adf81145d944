"""The log says what happened in which run, stage or request, one event a line, and nothing of a person."""

from __future__ import annotations

import json
import logging
import sys
import threading

import pytest

from regulars import logs
from regulars.errors import ChecksFailed
from regulars.logging_settings import LoggingSettings

log = logging.getLogger("regulars.somewhere")
pytestmark = pytest.mark.usefixtures("log_of_process")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_of_json_bears_its_run_and_stage_also_in_threads(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LoggingSettings(format="json"))

    def elsewhere() -> None:
        log.warning("in a thread")

    with logs.bound(run_id="r1"), logs.bound(stage="land"):
        log.info("landed %s rows", 5, extra={"details": {"seconds": 1.5, "who": "ann@example.org"}})
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        log.debug("not told")
    log.info("after")
    first, second, third = lines(capsys)
    assert (first["message"], first["level"], first["logger"]) == ("landed 5 rows", "info", "regulars.somewhere")
    assert (first["run_id"], first["stage"], first["seconds"], first["who"]) == ("r1", "land", 1.5, "***")
    assert str(first["time"]).endswith("+00:00")
    assert (second["message"], second["run_id"], second["stage"]) == ("in a thread", "r1", "land")
    assert "run_id" not in third


def test_a_thread_of_two_runs_at_once_is_given_to_neither(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LoggingSettings(format="json"))
    begun, done = threading.Event(), threading.Event()

    def other_run() -> None:
        with logs.bound(run_id="r2"):
            begun.set()
            done.wait(10)

    thread = threading.Thread(target=other_run)
    thread.start()
    begun.wait(10)
    with logs.bound(run_id="r1"):
        log.info("mine")
        unknown = threading.Thread(target=log.info, args=("whose?",))
        unknown.start()
        unknown.join()
    done.set()
    thread.join()
    mine, whose = lines(capsys)
    assert mine["run_id"] == "r1" and "run_id" not in whose


@pytest.mark.parametrize("format", ["json", "text"])
def test_of_a_foreign_error_kind_and_place_are_told_and_not_its_words(
    capsys: pytest.CaptureFixture[str], format: logs.LogFormat
) -> None:
    logs.configure(LoggingSettings(format=format))
    name = "Ann Lee, ann@example.org, +44 20 7946 0001"
    try:
        raise ValueError(f"{name} is no number")
    except ValueError:
        log.exception("It failed.")
    try:
        raise ChecksFailed(f"1 check failed:\n  unique_email: Got 1 result\n    e.g. name {name}\nMend the data.")
    except ChecksFailed:
        log.exception("It failed again.")
    said = capsys.readouterr().err
    assert "ValueError" in said and "test_logs.py" in said and "unique_email" in said and "Mend the data" in said
    assert "Ann" not in said and "example.org" not in said and "7946" not in said


def test_libraries_are_heard_when_something_is_amiss_and_paths_of_requests_never(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(LoggingSettings(format="json", level="debug"))
    logging.getLogger("urllib3.connectionpool").debug("GET /orders?token=hunter2")
    logging.getLogger("uvicorn.access").info("GET /customers/ann@example.org 200")
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("dbt").debug("A node is done.")
    logging.getLogger("boto3").warning("slow: https://shop:hunter2@store/bucket")
    said = lines(capsys)
    assert [line["logger"] for line in said] == ["uvicorn.error", "dbt", "boto3"]
    assert "hunter2" not in json.dumps(said)


def test_as_text_a_terminal_is_spared_the_run_until_a_level_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    run = logging.getLogger(logs.RUN_LOGGER)
    logs.configure(LoggingSettings())
    run.error("The run failed.")
    log.warning("Something else.")
    assert "Something else." in (said := capsys.readouterr().err) and "The run failed." not in said
    logs.prefer(None, "info")
    logs.configure(LoggingSettings())
    with logs.bound(run_id="r1"):
        run.info("The run begins.")
    said = capsys.readouterr().err
    assert "INFO" in said and "The run begins." in said and "[run_id=r1]" in said


def test_options_win_over_settings_until_they_are_asked_for_again(capsys: pytest.CaptureFixture[str]) -> None:
    logs.prefer("json", "error")
    logs.configure(LoggingSettings())
    log.warning("not told")
    log.error("told")
    assert [line["message"] for line in lines(capsys)] == ["told"] and logs.is_json()
    logs.prefer(None, None)
    logs.configure(LoggingSettings())
    assert not logs.is_json()


def test_a_log_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure(LoggingSettings(format="json"))

    class Gone:
        def write(self, words: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    log.error("nobody hears it")


def test_the_end_of_a_command_is_one_line_for_a_machine(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(LoggingSettings(format="json"))
    logs.tell_end(ChecksFailed("Row 'Ann' is wrong."))
    logs.tell_end(KeyError("Ann"))
    ours, foreign = lines(capsys)
    assert (ours["message"], ours["exit_code"], "error" in ours) == ("Row '***' is wrong.", 1, False)
    assert foreign["message"] == "KeyError" and foreign["error"] == {"kind": "KeyError", "words": "", "at": []}
