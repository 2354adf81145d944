"""The resolve stage: from staged records and orders to people with stable ids.

Who is one person depends on what is staged now, on the guards and on people's decisions, never on the order in which
rows or loads came. Ids given before are kept. Running it again changes nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.identity import exact, ids, records
from regulars.identity.guards import Guards, shipped_guards
from regulars.settings import IdentitySettings

# What the last resolution saw, so that a run with nothing new can skip it. One row.
_RESOLUTION = "identity.resolution"

_SCRATCH = (
    "resolving_evidence",
    "resolving_keys",
    "resolving_links",
    "resolving_blocked",
    "resolving_decisions",
    "resolving_components",
    "resolving_persons",
    "resolving_claims",
    "resolving_ids",
    "resolving_redirects",
    "resolving_kinds",
    "resolving_followers",
    "resolving_assigned",
    "resolving_repeats",
    "resolved",
)


@dataclass(frozen=True)
class ResolveReport:
    """What the stage found; the counts of a skipped one are those that stand."""

    is_skipped: bool
    customers: int
    records: int
    new_customers: int = 0
    merged_ids: int = 0
    revived_ids: int = 0
    linked_records: int = 0
    blocked_values: int = 0

    @property
    def summary(self) -> str:
        """One line for the journal and the terminal."""
        people = f"{self.customers:,} people in {self.records:,} records"
        if self.is_skipped:
            return f"nothing new, {people}"
        words = [people, f"{self.new_customers:,} new"]
        words += [f"{self.merged_ids:,} merged"] if self.merged_ids else []
        words += [f"{self.revived_ids:,} told apart"] if self.revived_ids else []
        words += [f"{self.blocked_values:,} shared values ignored"] if self.blocked_values else []
        return ", ".join(words)


def resolve(durable: Session, settings: IdentitySettings) -> ResolveReport:
    """Resolves with nothing but the settings; a Resolver is told more."""
    return Resolver(settings).resolve(durable)


class Resolver:
    """Links the records of one person and gives every person an id, by the settings of a warehouse."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._settings = settings

    def resolve(self, durable: Session) -> ResolveReport:
        """Resolves in one transaction.

        Args:
            durable: The durable warehouse; no transaction is open on it.

        Returns:
            Counts; `is_skipped` when nothing that matters changed since the last resolution.
        """
        with durable.transaction():
            return self.resolve_within(durable)

    def resolve_within(self, durable: Session) -> ResolveReport:
        """The same inside a transaction of the caller, who may yet take it all back."""
        guards = shipped_guards(self._settings.max_shared)
        durable.execute(f"create table if not exists {_RESOLUTION} (fingerprint varchar)")
        fingerprint = _fingerprint(durable, guards)
        seen = durable.query(f"select fingerprint from {_RESOLUTION}").column(0).to_pylist()
        if seen == [fingerprint]:
            return ResolveReport(True, *_standing(durable))
        _drop_scratch(durable)
        _find_links(durable, guards)
        _find_persons(durable)
        for statement in (*ids.ASSIGN, *records.ASSIGN):
            durable.execute(statement)
        durable.execute(records.CHANGES)
        _write(durable, catalog.CUSTOMER_KEYS, records.CUSTOMER_KEYS, ("customer_key",))
        _write(durable, catalog.IDENTITY_RECORDS, records.RECORDS, ("source", "source_customer_id"))
        report = _report(durable)
        durable.execute(f"delete from {_RESOLUTION}")
        durable.execute(f"insert into {_RESOLUTION} values ($1)", (fingerprint,))
        _drop_scratch(durable)
        return report


def _find_links(durable: Session, guards: Guards) -> None:
    statements = (exact.evidence(), *exact.keys(guards), *exact.links(guards), *exact.decisions())
    for statement in statements:
        durable.execute(statement)


def _find_persons(durable: Session) -> None:
    """Only the keys that share a value, as numbers, come to Python."""
    durable.execute("create temporary table resolving_components (key_number bigint, person_number bigint)")
    edges = durable.query(exact.EDGES)
    if edges.num_rows:
        from regulars.identity.clusters import components

        apart = durable.query(exact.APART)
        pairs = np.column_stack([apart["left_number"].to_numpy(), apart["right_number"].to_numpy()])
        keys, persons = components(edges["key_number"].to_numpy(), edges["value_number"].to_numpy(), pairs)
        durable.append("resolving_components", pa.table({"key_number": keys, "person_number": persons}))
    durable.execute(ids.PERSONS)


def _write(session: Session, table: catalog.Table, query: str, key: tuple[str, ...]) -> None:
    is_empty = session.query(f"select 1 from {table.name} limit 1").num_rows == 0
    for statement in records.bring_up_to_date(table, query, key, is_empty=is_empty):
        session.execute(statement)


def _report(session: Session) -> ResolveReport:
    counts = session.query(
        "select"
        " (select count(*) from resolving_ids) as customers,"
        f" (select count(*) from {catalog.IDENTITY_RECORDS.name}) as records,"
        " (select count(*) from resolving_ids where is_new) as new_customers,"
        " (select count(*) from resolving_redirects where redirected_before is null) as merged_ids,"
        " (select count(*) from resolving_redirects where redirected_to is null) as revived_ids,"
        f" (select count(*) from {catalog.IDENTITY_RECORDS.name}"
        "   where linked_by in ('email', 'phone', 'decision')) as linked_records,"
        " (select count(*) from resolving_blocked) as blocked_values"
    )
    return ResolveReport(is_skipped=False, **counts.to_pylist()[0])


def _standing(session: Session) -> tuple[int, int]:
    """The people and the records that the last resolution found."""
    counts = session.query(
        f"select (select count(distinct customer_id) from {catalog.CUSTOMER_KEYS.name}) as customers,"
        f" (select count(*) from {catalog.IDENTITY_RECORDS.name}) as records"
    ).to_pylist()[0]
    return int(counts["customers"]), int(counts["records"])


def _fingerprint(session: Session, guards: Guards) -> str:
    """Counts of all that a resolution depends on: cheap, and another one after landing, restaging or a decision."""
    statements = [
        *(
            "select count(*) as rows, max(_load_id) as load_id, count(customer_key) as keys, count(email) as emails,"
            f" count(phone) as phones from {table.name}"
            for table in (catalog.CUSTOMER_RECORDS, catalog.ORDERS, catalog.ORDER_LINES)
        ),
        f"select count(*) as rows, max(load_id) as load_id from {catalog.SUPERSEDED.name}",
        f"select count(*) as loads, max(finished_at) as finished_at from {catalog.LOADS.name}",
        f"select count(*) as decisions, max(decided_at) as decided_at from {catalog.IDENTITY_DECISIONS.name}",
    ]
    facts = [session.query(statement).to_pylist() for statement in statements]
    return hashlib.sha256(repr((guards.fingerprint, facts)).encode()).hexdigest()


def _drop_scratch(session: Session) -> None:
    for table in _SCRATCH:
        session.execute(f"drop table if exists {table}")
