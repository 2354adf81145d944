"""The resolve stage: from staged records and orders to people with stable ids.

Who is one person depends on what is staged now, on the settings, the model and people's decisions, never on the order
in which rows or loads came. Ids given before are kept. Running it again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from regulars import catalog
from regulars.engines.base import Engine, Session
from regulars.engines.scratch import ScratchSpace
from regulars.identity import exact, ids, records, review
from regulars.identity.desk import desk_of
from regulars.identity.guards import shipped_guards
from regulars.identity.matching import MATCHES, Matcher, ModelMatcher
from regulars.identity.persons import find_persons
from regulars.settings import IdentitySettings, Settings

Facts: TypeAlias = list[list[dict[str, Any]]]

_RESOLUTION = catalog.IDENTITY_RESOLUTION.name
_SCRATCH = (
    *("resolving_evidence", "resolving_keys", "resolving_links", "resolving_ignored", "resolving_decisions"),
    *("resolving_groups", "resolving_matches", "resolving_components", "resolving_persons", "resolving_claims"),
    *("resolving_ids", "resolving_redirects", "resolving_kinds", "resolving_probabilities", "resolving_followers"),
    *("resolving_assigned", "resolving_repeats", "resolved"),
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
    matched_records: int = 0
    to_review: int = 0
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
        words += [f"{self.matched_records:,} records matched"] if self.matched_records else []
        words += [f"{self.to_review:,} pairs to review"] if self.to_review else []
        words += [f"{self.blocked_values:,} shared values ignored"] if self.blocked_values else []
        return ", ".join(words)


class Resolver:
    """Links the records of one person and gives every person an id, by the settings of a warehouse."""

    def __init__(
        self, settings: IdentitySettings, matcher: Matcher | None = None, space: ScratchSpace | None = None
    ) -> None:
        """Stores the settings, and what weighs likeness, if it is to be another than the model of the settings."""
        self._settings = settings
        self.space = space
        self._matcher = (matcher or ModelMatcher(settings)) if settings.probabilistic else None

    @classmethod
    def of(cls, settings: Settings, engine: Engine, on_progress: Callable[[str], None] = lambda _: None) -> Resolver:
        """The one of a warehouse, which keeps what does not fit in memory in its folder."""
        matcher = ModelMatcher(
            settings.identity,
            threads=settings.threads,
            memory_limit=settings.memory_limit,
            scratch=engine.models_folder.parent,
            on_progress=on_progress,
        )
        return cls(
            settings.identity, matcher, ScratchSpace(engine.scratch_folder, settings.threads, settings.memory_limit)
        )

    def resolve(self, durable: Session) -> ResolveReport:
        """Resolves in one transaction.

        Args:
            durable: The durable warehouse; no transaction is open on it.

        Returns:
            Counts; `is_skipped` when nothing that matters changed since the last resolution.
        """
        with durable.transaction():
            staged = staged_facts(durable)
            if self._stands(durable, staged):
                return ResolveReport(True, *_standing(durable))
            with desk_of(durable, self.space) as desk:
                report = self.resolve_at(desk.session, staged)
                desk.write_back()
            return report

    def resolve_at(self, durable: Session, staged: Facts) -> ResolveReport:
        """The same at a desk, inside a transaction of the caller, who may yet take it all back.

        Args:
            durable: The desk's session.
            staged: What `staged_facts` said of the warehouse.
        """
        settings = self._settings
        if self._stands(durable, staged):
            return ResolveReport(True, *_standing(durable))
        guards = shipped_guards(settings.max_shared)
        drop_scratch(durable)
        for statement in (exact.evidence(), *exact.keys(guards), *exact.links(guards, settings.keys)):
            durable.execute(statement)
        people = find_persons(durable, settings, self._matcher)
        for statement in (*ids.ASSIGN, *records.assign(settings.match_threshold)):
            durable.execute(statement)
        durable.execute(records.CHANGES)
        _write(durable, catalog.CUSTOMER_KEYS, records.CUSTOMER_KEYS, ("customer_key",))
        _write(durable, catalog.IDENTITY_RECORDS, records.RECORDS, ("source", "source_customer_id"))
        _write(durable, catalog.IDENTITY_MATCHES, MATCHES, ("left_key", "right_key"))
        report = _report(durable, settings.match_threshold)
        _remember(durable, self._fingerprint(durable, staged), people)
        drop_scratch(durable)
        return report

    def _stands(self, session: Session, staged: Facts) -> bool:
        fingerprint = session.query(f"select fingerprint from {_RESOLUTION}").column(0).to_pylist()
        return bool(fingerprint == [self._fingerprint(session, staged)])

    def _fingerprint(self, session: Session, staged: Facts) -> str:
        """Of all that a resolution depends on: cheap, and another one after landing, restaging or a decision."""
        decided = session.query(
            f"select count(*) as decisions, max(decided_at) as decided_at from {catalog.IDENTITY_DECISIONS.name}"
        ).to_pylist()
        rules = self._settings.model_dump(mode="json", exclude={"model", "survivorship"})
        model = self._matcher.fingerprint if self._matcher else None
        guards = shipped_guards(self._settings.max_shared)
        return hashlib.sha256(repr((guards.fingerprint, rules, model, [*staged, decided])).encode()).hexdigest()


def staged_facts(durable: Session) -> Facts:
    """What tells whether anything was landed or staged since: counts of the warehouse's tables, which it takes fast."""
    statements = [
        *(
            "select count(*) as rows, max(_load_id) as load_id, count(customer_key) as keys,"
            f" count(email) as emails, count(phone) as phones from {table.name}"
            for table in (catalog.CUSTOMER_RECORDS, catalog.ORDERS, catalog.ORDER_LINES)
        ),
        f"select count(*) as rows, max(load_id) as load_id from {catalog.SUPERSEDED.name}",
        f"select count(*) as loads, max(finished_at) as finished_at from {catalog.LOADS.name}",
    ]
    return [durable.query(statement).to_pylist() for statement in statements]


def _write(session: Session, table: catalog.Table, query: str, key: tuple[str, ...]) -> None:
    is_empty = session.query(f"select 1 from {table.name} limit 1").num_rows == 0
    for statement in records.bring_up_to_date(table, query, key, is_empty=is_empty):
        session.execute(statement)


def _report(session: Session, match_threshold: float) -> ResolveReport:
    counts = session.query(
        "select"
        " (select count(*) from resolving_ids) as customers,"
        f" (select count(*) from {catalog.IDENTITY_RECORDS.name}) as records,"
        " (select count(*) from resolving_ids where is_new) as new_customers,"
        " (select count(*) from resolving_redirects where redirected_before is null) as merged_ids,"
        " (select count(*) from resolving_redirects where redirected_to is null) as revived_ids,"
        f" (select count(*) from {catalog.IDENTITY_RECORDS.name}"
        "   where linked_by in ('email', 'phone', 'key', 'match', 'decision')) as linked_records,"
        f" (select count(*) from {catalog.IDENTITY_RECORDS.name} where linked_by = 'match') as matched_records,"
        f" (select count(*) from ({review.waiting(match_threshold)}) as waiting) as to_review,"
        " (select count(*) from resolving_ignored where reason = 'shared') as blocked_values"
    )
    return ResolveReport(is_skipped=False, **counts.to_pylist()[0])


def _standing(session: Session) -> tuple[int, int]:
    """The people and the records that the last resolution found."""
    counts = session.query(
        f"select (select count(distinct customer_id) from {catalog.CUSTOMER_KEYS.name}) as customers,"
        f" (select count(*) from {catalog.IDENTITY_RECORDS.name}) as records"
    ).to_pylist()[0]
    return int(counts["customers"]), int(counts["records"])


def _remember(session: Session, fingerprint: str, people: str) -> None:
    last = session.query(ids.LAST_ID).column(0)[0].as_py()
    session.execute(f"delete from {_RESOLUTION}")
    session.execute(f"insert into {_RESOLUTION} values ($1, $2, $3)", (fingerprint, people, last))


def drop_scratch(session: Session) -> None:
    """Drops the temporary tables of a resolution."""
    for table in _SCRATCH:
        session.execute(f"drop table if exists {table}")
