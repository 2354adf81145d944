"""All that the warehouse knows of one person, section by section: for whoever asks what is kept about them.

Rows as they were received lie on the durable side, so this takes the warehouse's lock for as long as it reads. A person
with many rows is handed over batch by batch.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Engine, Session, open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.engines.outbox_people import events_about
from regulars.engines.scratch import ScratchSpace
from regulars.errors import InputError
from regulars.identity.stage import Resolver
from regulars.land import ledger
from regulars.land.forgetting import find_rows, received_rows, rejected_rows
from regulars.land.stage import landed_target
from regulars.land.tombstones import remember
from regulars.privacy.person import Person, find_person
from regulars.serve.foretold import foretold
from regulars.serve.queries import Queries
from regulars.serve.why import explain
from regulars.settings import Settings

Row = dict[str, Any]
# Name, title, table, and the order of its rows.
_LIVE = (
    ("customer", "Golden record, scores, segment, cluster, value, churn, health and consent", marts.CUSTOMER_360, ""),
    ("field_sources", "From which record each field of the golden record was taken", marts.FIELD_SOURCES, "field"),
    (
        "identity_map",
        "The source records that are this person, since when and why",
        marts.IDENTITY_MAP,
        "source, source_customer_id",
    ),
    ("orders", "Orders", marts.FCT_ORDERS, "order_date, order_key"),
    ("score_history", "Scores and segment at every month end", "marts.customer_rfm_history", "as_of"),
    ("segment_events", "Moves between segments, with their cause", marts.SEGMENT_EVENTS, "as_of"),
    ("behavior", "Behaviour", marts.CUSTOMER_BEHAVIOR, ""),
    ("value", "Predicted value", marts.CUSTOMER_CLV, ""),
    ("health", "Health", marts.CUSTOMER_HEALTH, ""),
    ("cluster", "Cluster", "marts.customer_clusters", ""),
    ("stores", "Orders by store", "marts.customer_store_summary", "store"),
)


class _TakenBack(Exception):
    """Ends a transaction of which nothing shall stay."""


@dataclass(frozen=True)
class Section:
    """One kind of thing that is known; its rows can be gone through once."""

    name: str
    title: str
    rows: Iterable[Row]


@contextmanager
def known_of(settings: Settings, who: str) -> Iterator[Iterator[Section]]:
    """The sections of what is known of a person, read while the block lasts.

    Args:
        settings: All settings.
        who: A golden id, SOURCE:ID, a source's id, an e-mail address or a phone number.

    Raises:
        InputError: Nobody or several people answer to it.
        LockedError: A run holds the warehouse.
    """
    engine = open_engine(settings)
    with engine.lock():
        engine.prepare()
        with engine.durable() as durable:
            Resolver.of(settings, engine).resolve(durable)
            person = find_person(durable, who, settings.shop.country)
        yield _sections(engine, settings, person)


def _sections(engine: Engine, settings: Settings, person: Person) -> Iterator[Section]:
    yield Section("person", "By what this person is known", [_known_by(person)])
    yield from _durable_sections(engine, settings, person)
    title = "Lists that were made with this person, or from which they were held back"
    yield Section("exports", title, _listed(engine, person))
    events = iter(events_about(engine.journal, person.customer_ids))
    yield Section("webhook_events", "Moves of this person that webhooks were told, or will be", events)
    if engine.has_live():
        yield from _live_sections(engine, settings, person)


def _known_by(person: Person) -> Row:
    return {
        "customer_id": person.customer_ids[0],
        "merged_ids": list(person.customer_ids[1:]),
        "customer_keys": list(person.keys),
        "emails": list(person.emails),
        "phones": list(person.phones),
    }


def _durable_sections(engine: Engine, settings: Settings, person: Person) -> Iterator[Section]:
    keys = person.keys
    places = ", ".join(f"${place}" for place in range(1, len(keys) + 1))
    with engine.durable() as durable:
        yield Section("received", "Rows as they were received", _received(engine, durable, settings, person))
        for entity, view in catalog.KNOWN.items():
            rows = durable.stream(f"select * from {view} where customer_key in ({places})", keys)
            yield Section(f"staged_{entity}", f"Typed {entity.replace('_', ' ')}, every version", _rows(rows))
        decisions = durable.stream(
            f"select * from {catalog.IDENTITY_DECISIONS.name} where left_key in ({places}) or right_key in ({places})",
            keys,
        )
        yield Section("identity_decisions", "What somebody decided about who they are", _rows(decisions))


def _received(engine: Engine, durable: Session, settings: Settings, person: Person) -> Iterator[Row]:
    """Raw rows with source and file, and rows that were set aside; found as an erasure would find them."""
    space = ScratchSpace(engine.scratch_folder, settings.threads, settings.memory_limit)
    try:
        with durable.transaction():
            remember(durable, "subject", person.identifiers)
            for source, entity in ledger.sources_landed(durable).items():
                files = {load.load_id: load.uri for load in ledger.loads_of(durable, source)}
                find_rows(durable, landed_target(durable, settings, source, entity), space)
                for row in _rows(received_rows(durable, source)):
                    yield {"source": source, "file": files.get(row["_load_id"]), **row}
                for row in _rows(rejected_rows(durable, source)):
                    yield {"file": files.get(row["load_id"]), **row}
            raise _TakenBack
    except _TakenBack:
        return


def _listed(engine: Engine, person: Person) -> Iterator[Row]:
    """The exports that the person is a member of, newest first."""
    ledger = ExportLedger(engine.journal)
    member: dict[str, bool] = {}
    for customer_id in person.customer_ids:
        member |= ledger.with_customer(customer_id)
    for entry in ledger.every_entry() if member else []:
        if entry["export_id"] in member:
            shown = {name: entry[name] for name in ("name", "format", "started_at", "exported_by", "consent", "path")}
            yield {**shown, "is_held_back": member[entry["export_id"]]}


def _live_sections(engine: Engine, settings: Settings, person: Person) -> Iterator[Section]:
    # Guests of whom nothing is known but an address that the person once had are the person, with scores of their own.
    ids = person.customer_ids
    places = ", ".join(f"${place}" for place in range(1, len(ids) + 1))
    with engine.live() as live:
        for name, title, table, order in _LIVE:
            if "customer_id" in live.columns(table):
                ordered = ", ".join(f"{column} nulls last" for column in ("customer_id", *filter(None, [order])))
                rows = live.stream(f"select * from {table} where customer_id in ({places}) order by {ordered}", ids)
                yield Section(name, title, _rows(rows))
    queries = Queries(engine, settings.shop)
    yield Section("why", "Why this segment", _explained(queries, ids))
    ahead = (foretold(queries, customer_id) for customer_id in ids)
    yield Section("predictions", "What is foretold, and how good that is", (one.to_dict() for one in ahead if one))


def _explained(queries: Queries, customer_ids: Sequence[int]) -> Iterator[Row]:
    for customer_id in customer_ids:
        # Merged ids lead to one that is told of; who was first heard of after the day that is live has no score.
        with suppress(InputError):
            why = explain(queries, str(customer_id))
            if why.customer_id == customer_id:
                yield why.to_dict()


def _rows(reader: pa.RecordBatchReader) -> Iterator[Row]:
    for batch in reader:
        yield from batch.to_pylist()


def write_json(sections: Iterable[Section]) -> Generator[str]:
    """The sections as one JSON object, piece by piece."""
    yield "{"
    for place, section in enumerate(sections):
        yield f"{',' if place else ''}\n{json.dumps(section.name)}: ["
        for number, row in enumerate(section.rows):
            yield f"{',' if number else ''}\n  {json.dumps(row, default=str, ensure_ascii=False)}"
        yield "]"
    yield "\n}\n"
