"""A durable warehouse in memory, filled by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
import pytest

from regulars import catalog
from regulars.engines.duckdb import DuckDBSession
from regulars.identity.stage import Resolver, ResolveReport
from regulars.settings import IdentitySettings


class Durable:
    """Stages customers and orders, resolves them, and tells who is whom."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.session = DuckDBSession(connection)
        self.row = 0
        for schema in catalog.DURABLE_SCHEMAS:
            self.session.execute(f"create schema {schema}")
        for table in catalog.DURABLE_TABLES:
            self.session.execute(f"create table {table.name} ({', '.join(f'{n} {k}' for n, k in table.columns)})")

    def customer(self, key, email=None, phone=None, *, source="crm", load=1) -> int:
        self.row += 1
        self.session.execute(
            "insert into staging.customer_records"
            " (source, source_customer_id, customer_key, email, phone, _load_id, _row)"
            " values ($1, $2, $2, $3, $4, $5, $6)",
            (source, key, email, phone, load, self.row),
        )
        return self.row

    def order(self, key, email=None, phone=None, *, source="shop", load=1, table="orders", order=None) -> int:
        self.row += 1
        self.session.execute(
            f"insert into staging.{table} (source, order_id, customer_key, email, phone, _load_id, _row)"
            " values ($1, $2, $3, $4, $5, $6, $7)",
            (source, order or f"o{self.row}", key, email, phone, load, self.row),
        )
        return self.row

    def supersede(self, entity, source, record_id, load, row) -> None:
        self.session.execute(
            "insert into staging.superseded values ($1, $2, $3, $4, $5)", (entity, source, record_id, load, row)
        )

    def decide(self, decision, left, right, at="2024-01-01") -> None:
        self.session.execute(
            "insert into ops.identity_decisions values ($1, $2, $3, cast($4 as timestamp), null)",
            (decision, left, right, at),
        )

    def resolver(self, max_shared=10, **settings) -> Resolver:
        """Exact links alone, or what `matcher` says besides."""
        matcher = settings.pop("matcher", None)
        chosen = IdentitySettings(max_shared=max_shared, probabilistic=matcher is not None, **settings)
        return Resolver(chosen, matcher)

    def resolve(self, max_shared=10, **settings) -> ResolveReport:
        return self.resolver(max_shared, **settings).resolve(self.session)

    def ids(self) -> dict[str, int]:
        """The id of each customer key."""
        table = self.session.query("select customer_key, customer_id from identity.customer_keys")
        assert table.num_rows == len(set(table["customer_key"].to_pylist()))
        return dict(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def people(self) -> set[frozenset[str]]:
        """The customer keys of each person."""
        groups = defaultdict(set)
        for key, customer_id in self.ids().items():
            groups[customer_id].add(key)
        return {frozenset(group) for group in groups.values()}

    def redirects(self) -> dict[int, int | None]:
        """Every id ever given, and where it leads."""
        table = self.session.query("select customer_id, redirected_to from ops.identity_ids")
        return dict(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def records(self) -> dict[tuple[str, str], str]:
        """By what each source record was linked."""
        table = self.session.query("select source, source_customer_id, linked_by from identity.records")
        rows = {(row["source"], row["source_customer_id"]): row["linked_by"] for row in table.to_pylist()}
        assert len(rows) == table.num_rows
        return rows

    def contents(self) -> list[pa.Table]:
        """All that a resolution writes, in order."""
        tables = ("identity.customer_keys", "identity.records", "ops.identity_ids", "identity.resolution")
        return [self.session.query(f"select * from {table} order by all") for table in tables]


@contextmanager
def opened() -> Iterator[Durable]:
    connection = duckdb.connect(config={"threads": 1})
    try:
        yield Durable(connection)
    finally:
        connection.close()


@pytest.fixture
def durable() -> Iterator[Durable]:
    """An empty durable warehouse."""
    with opened() as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def open_durable():
    """Opens an empty durable warehouse, for tests that need many."""
    return opened
