"""The engines that the same project must give the same marts on; another one is another entry of ENGINES.

A test that is marked `every_engine` runs on all of them; the others, which look at what no engine can change, on the
first alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

from tests.servers import postgres

from regulars.engines.base import Engine
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.postgres import PostgresEngine

Opener: TypeAlias = Callable[[Path], Engine]


@contextmanager
def _duckdb() -> Iterator[Opener]:
    yield DuckDBEngine


@contextmanager
def _postgres() -> Iterator[Opener]:
    """One server, and a database of it for each folder that is asked for."""
    with postgres() as server:
        yield lambda folder: PostgresEngine(server.new_database())


ENGINES: Mapping[str, Callable[[], AbstractContextManager[Opener]]] = {"duckdb": _duckdb, "postgres": _postgres}
# What an engine cannot do yet: the test's name and why. Strict: one that passes must be taken out.
NOT_YET: Mapping[tuple[str, str], str] = {}
