"""Runs the command line in a process in which something outside fails in the middle of one stage.

The middle of a stage is: for `land` and `resolve` inside the transaction, for `build`, `finish` and `check` after some
models or checks of dbt, for `learn` when it writes what it has learned, for `publish` in the transaction that changes
what is live.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from regulars import cli
from regulars.engines import postgres_publishing
from regulars.engines.journal import Journal
from regulars.engines.postgres_address import Address
from regulars.engines.postgres_session import PostgresSession, connected
from regulars.identity.desk import Desk
from regulars.land import ledger
from regulars.terminal import StageWatcher

MODELS = 4
_SESSIONS = (
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}' and pid <> pg_backend_pid()"
)
_HOLDER = (
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and mode = 'ExclusiveLock'"
    " and database = (select oid from pg_database where datname = '{database}')"
)


def run(folder: Path, url: str, stage: str | None, fault: str, place: str) -> None:
    """Runs `regulars run` in the folder, and lets the fault happen in the stage; what is said goes to `said`.

    Args:
        folder: Where the settings are.
        url: The warehouse.
        stage: The stage; None = nothing fails.
        fault: `immediate` and `kill` end the server, `connections` cuts all connections to the database, `lock` the one
            that holds the run's lock, `disk` fills the disk.
        place: The process of the server, or the folder of the disk.
    """
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.environ |= {"REGULARS_WAREHOUSE": url, "XDG_CACHE_HOME": str(folder / "cache")}
    start_stage = Journal.start_stage

    def started(journal: Journal, run_id: str, position: int, name: str) -> None:
        start_stage(journal, run_id, position, name)
        if name == stage:
            _MIDDLES[name](_once(lambda: _FAULTS[fault](url, place)))

    Journal.start_stage = started  # type: ignore[method-assign]
    os.chdir(folder)
    sys.argv = ["regulars", "run", "-q"]
    cli.main()


def _once(happen: Callable[[], None]) -> Callable[[], None]:
    happened: list[bool] = []

    def once() -> None:
        if not happened:
            happened.append(True)
            happen()

    return once


def _before(owner: Any, name: str) -> Callable[[Callable[[], None]], None]:
    """Lets it happen just before something is called."""

    def trap(happen: Callable[[], None]) -> None:
        plain = getattr(owner, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            happen()
            return plain(*args, **kwargs)

        setattr(owner, name, called)

    return trap


def _among_models(happen: Callable[[], None]) -> None:
    seen: list[str] = []
    plain = StageWatcher.progress

    def progress(watcher: StageWatcher, words: str) -> None:
        seen.append(words)
        if len(seen) == MODELS:
            happen()
        plain(watcher, words)

    StageWatcher.progress = progress  # type: ignore[method-assign]


_MIDDLES = {
    "land": _before(ledger, "enter"),
    "resolve": _before(Desk, "write_back"),
    "build": _among_models,
    "learn": _before(PostgresSession, "_copy"),
    "finish": _among_models,
    "check": _among_models,
    "publish": _before(postgres_publishing, "ledger_time"),
}


def _end_server(url: str, process: str, *, how: signal.Signals) -> None:
    """Ends the server: in an orderly hurry, or it and all its processes at once."""
    postmaster = int(process)
    children = _children(postmaster) if how == signal.SIGKILL else []
    for each in (postmaster, *children):
        with suppress(ProcessLookupError):
            os.kill(each, how)
    port = Address.of(url).port
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.02)


def _children(process: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == process:
                found.append(int(folder.name))
    return found


def _cut(url: str, _: str, *, statement: str) -> None:
    address = Address.of(url)
    elsewhere = Address.of(url.rpartition("/")[0] + "/postgres")
    with connected(elsewhere) as session:
        session.query(statement.format(database=address.database))


def _fill(_: str, folder: str) -> None:
    """Leaves nothing of the disk."""
    with open(Path(folder) / "ballast", "wb", buffering=0) as ballast, suppress(OSError):
        while ballast.write(bytes(4096)) == 4096:
            pass


_FAULTS: dict[str, Callable[[str, str], None]] = {
    "immediate": lambda url, process: _end_server(url, process, how=signal.SIGQUIT),
    "kill": lambda url, process: _end_server(url, process, how=signal.SIGKILL),
    "connections": lambda url, place: _cut(url, place, statement=_SESSIONS),
    "lock": lambda url, place: _cut(url, place, statement=_HOLDER),
    "disk": _fill,
}
