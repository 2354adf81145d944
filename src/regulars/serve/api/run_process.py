"""Runs as processes of their own: their memory is theirs, and a server that dies leaves them alone.

A run is the command `regulars run` with the server's settings, which it gets as variables, because what stands on a
command line can be read by everybody on the machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from regulars.engines.base import Engine
from regulars.errors import InputError, LockedError, WarehouseError
from regulars.settings import ENVIRONMENT_VARIABLE, Settings, overridden

_START_SECONDS = 60.0
# A run takes what the machine has left: who looks a customer up meanwhile is served first.
_NICENESS = 10
_COMMAND = f"import os; hasattr(os, 'nice') and os.nice({_NICENESS}); from regulars.cli import main; main()"
_LOOK_SECONDS = 0.1
_LOCKED, _BAD_INPUT = LockedError.exit_code, InputError.exit_code


class RunStarter:
    """Starts runs, one at a time.

    Args:
        engine: The warehouse, whose lock says whether a run is going on.
        settings: The settings of the server.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self._turn = threading.Lock()

    def start(
        self,
        as_of: Any = None,
        window_days: int | None = None,
        k: int | str | None = None,
        allow: Sequence[str] = (),
    ) -> str:
        """Starts a run and returns its id, once the journal knows it.

        Args:
            as_of: The start of this day is now; unset = as the settings say.
            window_days: Days that orders and spend are counted over; unset = as set.
            k: Number of clusters, or auto; unset = as set.
            allow: Checks, or kinds of them, whose findings do not stop it.

        Raises:
            LockedError: Another run holds the warehouse.
            InputError: The settings do not fit, a check to allow is none, or the run ended at once; its words say why.
            WarehouseError: The run did not begin in time.
        """
        asked = overridden(self._settings, rfm={"as_of": as_of, "window_days": window_days}, clusters={"k": k})
        with self._turn:
            with self._engine.lock():
                known = set(self._engine.journal.runs_table(50)["run_id"].to_pylist())
            with TemporaryFile() as words:
                process = self._begun(asked, allow, words)
                hand_on = asked.logging.format == "json"
                attending = (process, os.dup(words.fileno()), hand_on)
                threading.Thread(target=_attend, args=attending, name="regulars-run", daemon=True).start()
                return self._run_id(process, known, words)

    def _begun(self, settings: Settings, allow: Sequence[str], words: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", _COMMAND, "run", "--quiet", *(f"--allow={name}" for name in allow)],
            env=environment_of(settings, os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            # Signals to the server's terminal and its end are none of the run's business.
            start_new_session=True,
        )

    def _run_id(self, process: subprocess.Popen[bytes], known: set[str], words: IO[bytes]) -> str:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            code = process.poll()
            for row in self._engine.journal.runs_table(50).to_pylist():
                if row["process_id"] == process.pid and row["run_id"] not in known:
                    return str(row["run_id"])
            if code is not None:
                said = _last_words(os.pread(words.fileno(), 4000, 0).decode(errors="replace"))
                raise {_LOCKED: LockedError, _BAD_INPUT: InputError}.get(code, WarehouseError)(
                    said or f"The run ended with code {code} before it began."
                )
            time.sleep(_LOOK_SECONDS)
        raise WarehouseError(
            f"The run (process {process.pid}) has not begun within {_START_SECONDS:g} seconds. `regulars status` says"
            " when it does."
        )


def _attend(process: subprocess.Popen[bytes], words: int, hand_on: bool) -> None:
    """Waits for a run, or the system would go on listing its process as if it lived, and has its log join ours.

    Words for people are not handed on: they may name somebody.
    """
    read, is_over = 0, False
    while not is_over:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
            is_over = True
        # Both write at one place of the file, so it is read without moving there.
        said = os.pread(words, 2**20, read) if hand_on else b""
        whole = said[: said.rfind(b"\n") + 1]
        read += len(whole)
        if whole:
            sys.stderr.write(whole.decode(errors="replace"))
            sys.stderr.flush()
    os.close(words)


def _last_words(said: str) -> str:
    """What a process that ended said last: of a log in JSON the message of its last line."""
    said = said.strip()
    try:
        return str(json.loads(said.splitlines()[-1])["message"])
    except (ValueError, IndexError, KeyError, TypeError):
        return said.removeprefix("Error: ")


def environment_of(settings: Settings, present: Mapping[str, str]) -> dict[str, str]:
    """The variables of a process that is to have exactly these settings.

    What they refer to, such as `env:SHOP_PASSWORD`, goes on by its own variable and is not looked up here.
    """
    names = {name: f"REGULARS_{name.upper()}" for name in type(settings).model_fields}
    kept = {
        name: value
        for name, value in present.items()
        if name != ENVIRONMENT_VARIABLE
        and not any(name.upper() == own or name.upper().startswith(f"{own}__") for own in names.values())
    }
    values = settings.model_dump(mode="json", exclude_none=True)
    given = {
        names[name]: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value not in ({}, [])
    }
    return {**kept, **given, "PYTHONPATH": os.pathsep.join(_import_path(present))}


def _import_path(present: Mapping[str, str]) -> list[str]:
    """Where the run finds the very code that serves."""
    import regulars

    own = str(Path(regulars.__file__).parents[1])
    others = present.get("PYTHONPATH", "").split(os.pathsep)
    return [own, *(path for path in others if path and path != own)]
