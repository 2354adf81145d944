"""Warehouses for charts and the report: one with awkward names and people at risk, and those that lack something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from regulars.engines.base import Engine, Session, open_engine
from regulars.pipeline import Request, run_pipeline
from regulars.serve.queries import Queries
from regulars.settings import Settings

AWKWARD = "<script>alert('x')</script>"
FIRST = dt.date(2024, 1, 1)
DAYS = 500


class Lacking:
    """A session of the live warehouse without some of its tables."""

    def __init__(self, session: Session, hidden: Sequence[str]) -> None:
        self._session, self._hidden = session, hidden

    def columns(self, table: str) -> list[str]:
        return [] if table in self._hidden else self._session.columns(table)

    def query(self, sql: str, params: Sequence[Any] = ()) -> Any:
        named = [table for table in self._hidden if f"{table} " in f"{sql} "]
        assert not named, f"asked of {named}, which this warehouse has not: {sql}"
        return self._session.query(sql, params)


class QueriesWithout(Queries):
    """Queries to a warehouse that lacks some tables."""

    def __init__(self, engine: Engine, settings: Settings, hidden: Sequence[str]) -> None:
        super().__init__(engine, settings.shop)
        self._engine_beneath, self._hidden = engine, hidden

    @contextmanager
    def session(self) -> Iterator[Any]:  # type: ignore[override]
        with self._engine_beneath.live() as live:
            yield Lacking(live, self._hidden)


@pytest.fixture(scope="session")
def without() -> Callable[..., Queries]:
    """The queries of a published warehouse as if some of its tables were not there."""

    def make(published: Any, *hidden: str) -> Queries:
        return QueriesWithout(published.engine, published.settings, hidden)

    return make


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Queries:
    """Eighty customers over 500 days; those with an even number stopped four months ago, their names awkward."""
    folder = tmp_path_factory.mktemp("shop")
    people, orders = ["customer_id,email,full_name"], ["order_id,customer_id,ordered_at,amount,currency"]
    for i in range(80):
        name = AWKWARD if i % 2 == 0 else f"Person {i}"
        people.append(f'{i},p{i}@example.org,"{name}"')
        end = DAYS - 130 if i % 2 == 0 else DAYS
        for day in range(i % 40, end, 11 + i % 17):
            orders.append(f"{i}-{day},{i},{FIRST + dt.timedelta(days=day)},{10 + (i * 7 + day * 3) % 190}.25,EUR")
    (folder / "customers.csv").write_text("\n".join(people) + "\n")
    (folder / "orders.csv").write_text("\n".join(orders) + "\n")
    return _published(folder, ["customers.csv", "orders.csv"])


@pytest.fixture(scope="session")
def nobody_bought(tmp_path_factory: pytest.TempPathFactory) -> Queries:
    """A customer list and not one order."""
    folder = tmp_path_factory.mktemp("nobody")
    (folder / "customers.csv").write_text("customer_id,email,full_name\n1,a@example.org,Ann Lee\n")
    return _published(folder, ["customers.csv"])


def _published(folder: Path, names: list[str]) -> Queries:
    settings = Settings(warehouse=str(folder / "warehouse"))
    run_pipeline(settings, Request(files=[str(folder / name) for name in names]))
    return Queries(open_engine(settings), settings.shop)
