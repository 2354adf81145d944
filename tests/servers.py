"""Servers that tests start for themselves, in a temporary folder and on a free port, and stop again."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "hunter2-secret"


class Postgres:
    """A PostgreSQL server; as root it runs as another user, for it refuses root."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder = binaries, folder
        self.port = free_port()
        self._databases = 0
        self._user = _other_user() if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        self._command("initdb", "-D", "data", "-U", "shop", "-A", "scram-sha-256", "--pwfile=secret", "-EUTF8", "-N")

    @property
    def url(self) -> str:
        return self.address()

    def address(self, password: str = PASSWORD, database: str = "postgres") -> str:
        return f"postgresql://shop:{password}@127.0.0.1:{self.port}/{database}"

    @property
    def newest(self) -> str:
        """The name of the database that was made last."""
        return f"shop_{self._databases}"

    def new_database(self, template: str = "template1") -> str:
        """Makes a database, empty or the copy of another, and gives its URL."""
        self._databases += 1
        self.run(f"create database {self.newest} template {template} strategy file_copy")
        return self.address(database=self.newest)

    def drop_role(self, role: str) -> None:
        """Drops a role with all that it has in any database."""
        if not self.run(f"select 1 from pg_roles where rolname = '{role}'"):
            return
        for (database,) in self.run(
            "select datname::text from pg_database where datallowconn and datname <> 'template0'"
        ):
            self.run_in(database, f"drop owned by {role} cascade")
        self.run(f"drop role {role}")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -F -c autovacuum=off"
        self._command("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")

    def stop(self) -> None:
        self._command("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Runs statements in a session of their own, and gives the rows of the last."""
        return self.run_in("postgres", *statements)

    def run_in(self, database: str, *statements: str) -> list[tuple[Any, ...]]:
        """The same in another database."""
        from adbc_driver_postgresql import dbapi

        rows: list[tuple[Any, ...]] = []
        with (
            dbapi.connect(self.address(database=database), autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def _command(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.binaries / program, *arguments],
            cwd=self.folder,
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {(self.folder / 'log').read_text()}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server with one database, or a skip that says what is missing."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is absent: install postgresql, or pip install pgserver")
    # Not under pytest's folder, which the server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="regulars-pg-"))
    server = Postgres(binaries, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postgres_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if found:
        return found[-1].parent
    if on_path := shutil.which("pg_ctl"):
        return Path(on_path).resolve().parent
    spec = find_spec("pgserver")
    return Path(str(spec.origin)).parent / "pginstall" / "bin" if spec else None


def _other_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)
