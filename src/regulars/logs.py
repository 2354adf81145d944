"""The log: one line per event on stderr, as text or JSON, with the run, its stage or the request that it belongs to.

Nothing of a person and no secret stands in it: messages are redacted, and of an error its kind and place are told, not
its words, unless it is one of ours. Libraries speak through the same door, and only when something is amiss.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType, TracebackType
from typing import Any

from regulars.errors import RegularsError
from regulars.logging_settings import LogFormat, LoggingSettings, LogLevel
from regulars.redaction import redacted

RUN_LOGGER = "regulars.run"
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_LONGEST = 2000
# What is going on here, and in the whole process: threads that a run starts know nothing of the former.
_here: ContextVar[Mapping[str, str]] = ContextVar("regulars_log", default=MappingProxyType({}))
_runs: list[Mapping[str, str]] = []
_preferred: dict[str, str] = {}
_Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


@contextmanager
def bound(**fields: str) -> Iterator[None]:
    """Has every line of the block bear these fields, also those of threads that a run starts in it."""
    token = _here.set({**_here.get(), **fields})
    of_run = "run_id" in _here.get()
    if of_run:
        _runs.append(_here.get())
    try:
        yield
    finally:
        if of_run:
            _runs.remove(_here.get())
        _here.reset(token)


def fields_here() -> Mapping[str, str]:
    """What the lines of this place bear: of a thread without a word of its own, the one run that is going on."""
    here = _here.get()
    is_one = len({run["run_id"] for run in _runs}) == 1
    return here or (_runs[-1] if is_one else {})


def prefer(format: LogFormat | None, level: LogLevel | None) -> None:
    """What the options of the command line ask for, which win over the settings until they are asked for again."""
    _preferred.clear()
    _preferred.update({name: value for name, value in (("format", format), ("level", level)) if value})


def configure(settings: LoggingSettings) -> LoggingSettings:
    """Sends the log of this process to stderr, as the settings and the options of the command line say: as returned."""
    chosen = settings.model_copy(update=_preferred)
    is_json = chosen.format == "json"
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _ToStderr)]:
        root.removeHandler(handler)
    root.addHandler(_ToStderr(JsonLines() if is_json else TextLines()))
    root.setLevel(logging.WARNING)
    level = _LEVELS[chosen.level] if chosen.level else logging.INFO if is_json else logging.WARNING
    for name in ("regulars", "dbt", "uvicorn"):
        logging.getLogger(name).setLevel(level)
    # Whoever has told uvicorn where to log before, as libraries do, has told it for themselves.
    for name in ("uvicorn", "uvicorn.error"):
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate, server.disabled = True, False
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)
    # A person at a terminal sees the run go by; its log is for those who asked for one.
    logging.getLogger(RUN_LOGGER).disabled = not is_json and chosen.level is None
    # Its lines hold paths, and paths hold people; the doorkeeper tells of requests by their routes.
    logging.getLogger("uvicorn.access").disabled = True
    return chosen


def is_json() -> bool:
    """Whether stderr belongs to a machine that reads JSON."""
    return any(isinstance(h, _ToStderr) and isinstance(h.formatter, JsonLines) for h in logging.getLogger().handlers)


def told(error: BaseException) -> str:
    """What a log says of an error: the words of ours, redacted, and of any other its kind alone."""
    return redacted(str(error))[:_LONGEST] if isinstance(error, RegularsError) else type(error).__name__


def tell_end(error: Exception) -> None:
    """The last line of a command that an error ended, where a machine reads; of an error of others also where."""
    is_ours = isinstance(error, RegularsError)
    details = {"exit_code": error.exit_code if isinstance(error, RegularsError) else 1}
    logging.getLogger("regulars").error(
        "%s", told(error), exc_info=None if is_ours else error, extra={"details": details}
    )


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **fields_here(),
            **_details(record),
        }
        if record.exc_info:
            line["error"] = _failure(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """One line for people, and below it where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or lines."""
        fields = " ".join(f"{name}={value}" for name, value in {**fields_here(), **_details(record)}.items())
        when = f"{_moment(record):%Y-%m-%dT%H:%M:%SZ}"
        line = f"{when} {record.levelname:<7} {record.name}: {_message(record)}{f'  [{fields}]' if fields else ''}"
        if not record.exc_info:
            return line
        failure = _failure(record.exc_info)
        return "\n".join([f"{line}\n  {failure['kind']}: {failure['words']}", *(f"  {at}" for at in failure["at"])])


class _ToStderr(logging.Handler):
    """Writes to what stderr is at the moment: a terminal with a spinner, a test, a file."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line; a log that cannot be written stops nobody."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            return


def _message(record: logging.LogRecord) -> str:
    return redacted(record.getMessage())[:_LONGEST]


def _details(record: logging.LogRecord) -> Mapping[str, Any]:
    """What `extra={"details": {…}}` says: numbers, and words of our own that are redacted all the same."""
    details: Mapping[str, Any] = getattr(record, "details", {})
    return {name: redacted(value) if isinstance(value, str) else value for name, value in details.items()}


def _failure(exc_info: _Failure) -> dict[str, Any]:
    """The kind of an error and where it happened; its words only if they are ours."""
    kind, error, trace = exc_info
    frames = traceback.extract_tb(trace)
    return {
        "kind": kind.__name__ if kind else "",
        "words": told(error) if isinstance(error, RegularsError) else "",
        "at": [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames],
    }


def _moment(record: logging.LogRecord) -> dt.datetime:
    return dt.datetime.fromtimestamp(record.created, dt.UTC)
