"""A durable warehouse, filled by hand: DuckDB in memory, and where a test file asks for both kinds, PostgreSQL too."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations

import pyarrow as pa
import pytest

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.postgres import PostgresEngine
from regulars.engines.scratch import ScratchSpace, scratch_session
from regulars.identity.stage import Resolver, ResolveReport
from regulars.settings import IdentitySettings


class Likeness:
    """A Matcher by one rule: the same last name is 0.9, with the same birth date 0.99, and another one is nobody."""

    def __init__(self, fingerprint="likeness") -> None:
        self.fingerprint = fingerprint
        self.calls = 0
        self.seen: list[dict] = []

    def __call__(self, people: pa.RecordBatchReader, threshold: float) -> pa.Table:
        self.calls += 1
        self.seen = people.read_all().to_pylist()
        best: dict[tuple[int, int], float] = {}
        for one, other in combinations(self.seen, 2):
            dates = {one["birth_date"], other["birth_date"]}
            if one["last_name"] != other["last_name"] or one["group_number"] == other["group_number"]:
                continue
            if len(dates) == 2 and None not in dates:
                continue
            probability = 0.99 if len(dates) == 1 and None not in dates else 0.9
            pair = tuple(sorted((one["key_number"], other["key_number"])))
            if probability >= threshold:
                best[pair] = max(best.get(pair, 0), probability)
        pairs = sorted(best)
        return pa.table(
            {
                "left_number": pa.array([left for left, _ in pairs], pa.int64()),
                "right_number": pa.array([right for _, right in pairs], pa.int64()),
                "probability": pa.array([best[pair] for pair in pairs], pa.float64()),
                "match_weight": pa.array([math.log2(best[p] / (1 - best[p])) for p in pairs], pa.float64()),
                "blocked_by": pa.array(["last_name"] * len(pairs), pa.string()),
            }
        )


class Durable:
    """Stages customers and orders, resolves them, and tells who is whom."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.row = 0

    def customer(self, key, email=None, phone=None, *, source="crm", load=1, **fields) -> int:
        self.row += 1
        given = {"email": email, "phone": phone, **fields}
        kinds = dict(catalog.CUSTOMER_RECORDS.columns)
        names = ", ".join(given)
        places = ", ".join(f"cast(${place} as {kinds[name]})" for place, name in enumerate(given, start=5))
        self.session.execute(
            f"insert into staging.customer_records (source, source_customer_id, customer_key, _load_id, _row, {names})"
            f" values ($1, $2, $2, $3, $4, {places})",
            (source, key, load, self.row, *given.values()),
        )
        return self.row

    def load(self, load) -> None:
        self.session.execute("insert into ops.loads (load_id, status) values ($1, 'landed')", (load,))

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
        tables = (
            *("identity.customer_keys", "identity.records", "identity.matches", "identity.resolution"),
            "ops.identity_ids",
        )
        return [_sorted(self.session.query(f"select * from {table}")) for table in tables]

    def left_behind(self) -> int:
        """How many temporary tables there are."""
        if self.session.dialect == "duckdb":
            return self.session.query("select 1 from duckdb_tables() where temporary").num_rows
        return self.session.query("select 1 from pg_class where relpersistence = 't' and relkind = 'r'").num_rows


def _sorted(table: pa.Table) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in table.column_names])


@contextmanager
def opened() -> Iterator[Durable]:
    with scratch_session(catalog.DURABLE_TABLES, ScratchSpace(threads=1)) as session:
        yield Durable(session)


@pytest.fixture
def kind() -> str:
    """The kind of warehouse; a file of tests that run on several has a fixture of this name with those kinds."""
    return "duckdb"


@pytest.fixture
def durable(kind: str, request: pytest.FixtureRequest) -> Iterator[Durable]:
    """An empty durable warehouse."""
    if kind == "postgres":
        with PostgresEngine(request.getfixturevalue("warehouse_url")).durable() as session:
            yield Durable(session)
        return
    with opened() as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def open_durable():
    """Opens an empty durable warehouse, for tests that need many."""
    return opened


@pytest.fixture
def likeness() -> Likeness:
    """Weighs likeness by last name and birth date, and remembers being asked."""
    return Likeness()


@pytest.fixture(scope="session")
def new_likeness():
    """Makes a Likeness, for tests that need many."""
    return Likeness
