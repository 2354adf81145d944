"""A small shop, written as SQL, in a warehouse of its own with every model built."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from tests.warehouse.engines import Opener, show_in_the_build

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.duckdb_session import DuckDBSession
from regulars.parameters import write_parameters
from regulars.settings import Settings
from regulars.transform import CheckResult, Transformer

# A table of a build or of the durable side, as a test's question names it.
_TABLE = re.compile(r"\b(durable\.)?(raw|staging|identity|ops|published|settings|intermediate|marts|learned)\.(\w+)")


class Shop:
    """A warehouse whose staged records are given as select statements; columns that are not named are null.

    The statements are DuckDB's, and its are the rows that any other engine is given. What tests ask is DuckDB's too:
    the tables that a question names, as the engine has made them, are looked at there.

    Args:
        folder: An empty folder.
        settings: What the run was asked for.
        engine: What makes the warehouse; unset = DuckDB.
        staged: A select statement per table of `staging`, such as orders="select 'a' as customer_key, ...".
    """

    def __init__(
        self, folder: Path, settings: Settings | None = None, engine: Opener = DuckDBEngine, **staged: str
    ) -> None:
        self.engine = engine(folder)
        self.engine.prepare()
        is_embedded = isinstance(self.engine, DuckDBEngine)
        self._stage = self.engine if is_embedded else DuckDBEngine(folder / "staged")
        self._stage.prepare()
        self._looked_at: set[tuple[str, str, str]] = set()
        self.stage(**staged)
        self.transformer = Transformer.of(self.engine)
        self.build(settings or Settings())

    def stage(self, **staged: str) -> None:
        """Puts these records in the place of those that were staged."""
        with self._stage.durable() as durable:
            for table, sql in staged.items():
                durable.execute(f"delete from staging.{table}")
                durable.execute(f"insert into staging.{table} by name {sql}")
            for table in (catalog.CUSTOMER_KEYS, catalog.IDENTITY_RECORDS):
                durable.execute(f"delete from {table.name}")
            _fill_in(durable)
        self._hand_over()

    @contextmanager
    def staged(self) -> Iterator[Session]:
        """The durable side, to be changed in DuckDB's SQL; the engine has it at the end of the block."""
        with self._stage.durable() as durable:
            yield durable
        self._hand_over()

    def _hand_over(self) -> None:
        self._looked_at.clear()
        if self._stage is not self.engine:
            with self._stage.durable() as durable, self.engine.durable() as target:
                hand_over(durable, target)
            show_in_the_build(self.engine)

    def build(self, settings: Settings) -> None:
        """Builds every model anew."""
        with self.engine.build(fresh=True) as build:
            write_parameters(build, settings)
        self.transformer.build("core")
        self.transformer.build("finish")
        self._looked_at.clear()

    def build_models(self, *select: str) -> None:
        """Builds some models anew."""
        self.transformer.build_models(select)
        self._looked_at.clear()

    def table(self, sql: str, params: Sequence[Any] = ()) -> pa.Table:
        """What a query of the build finds."""
        with self.engine.build() as build:
            return build.query(sql, params) if self._stage is self.engine else self._look(build, sql, params)

    def _look(self, build: Session, sql: str, params: Sequence[Any]) -> pa.Table:
        if not self._looked_at:
            self._view = duckdb.connect()
            self._view.execute("attach ':memory:' as durable").fetchall()
        for behind, schema, table in set(_TABLE.findall(sql)) - self._looked_at:
            place, query = f"{behind or 'memory.'}{schema}", f"select * from {schema}.{table}"
            if behind:
                with self._stage.durable() as durable:
                    rows = durable.query(query)
            else:
                rows = build.query(query)
            self._view.register("rows", rows)
            self._view.execute(f"create schema if not exists {place}").fetchall()
            self._view.execute(f"create table {place}.{table} as from rows").fetchall()
            self._looked_at.add((behind, schema, table))
        return DuckDBSession(self._view).query(sql, params)

    def replace(self, table: str, sql: str) -> None:
        """Puts what a query of the build finds in the place of a table of it: a lake can neither update nor delete."""
        rows = self.table(sql)
        with self.engine.build() as build:
            build.replace(table, rows)
        self._looked_at.clear()

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query of the build finds, as tuples."""
        return [tuple(row.values()) for row in self.table(sql, params).to_pylist()]

    def value(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """The one value that a query of the build finds."""
        (row,) = self.rows(sql, params)
        (value,) = row
        return value

    def findings(self) -> list[CheckResult]:
        """The checks that found something."""
        return [check for check in self.transformer.test() if check.status != "pass"]


def hand_over(durable: Session, target: Session) -> None:
    """Puts every durable row of one warehouse in the place of those of another."""
    for table in catalog.DURABLE_TABLES:
        target.execute(f"delete from {table.name}")
        target.append(table.name, durable.stream(f"select * from {table.name}"))


def _fill_in(durable: Session) -> None:
    """What landing and resolving would have known: times, rows, and one person per customer key, in its order."""
    for table in ("customer_records", "orders", "order_lines"):
        durable.execute(
            f"update staging.{table} set source = coalesce(source, 'web'), _load_id = coalesce(_load_id, 1)"
        )
        durable.execute(f"update staging.{table} set _row = rowid + 1 where _row is null")
    for table in ("orders", "order_lines"):
        durable.execute(f"update staging.{table} set ordered_at = order_date where ordered_at is null")
        durable.execute(f"update staging.{table} set order_date = ordered_at where order_date is null")
    keys = " union ".join(
        f"select customer_key from staging.{table} where customer_key is not null"
        for table in ("customer_records", "orders", "order_lines")
    )
    durable.execute(
        f"insert into {catalog.CUSTOMER_KEYS.name} by name select customer_key,"
        f" 100000000 + row_number() over (order by customer_key) as customer_id from ({keys})"
    )
    durable.execute(
        f"insert into {catalog.IDENTITY_RECORDS.name} by name select 'web' as source, customer_key, customer_id,"
        " customer_key as source_customer_id, 'new' as linked_by, 1 as first_load_id"
        f" from {catalog.CUSTOMER_KEYS.name}"
    )
