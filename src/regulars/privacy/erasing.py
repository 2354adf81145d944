"""Takes everybody whom the tombstones know out of the durable side: rows, identities, decisions, restatements.

It goes by the tombstones alone, so what was broken off is finished by doing it again, and twice is as good as once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.scratch import ScratchSpace
from regulars.land import ledger
from regulars.land.forgetting import find_rows, forget_found, received_rows
from regulars.land.stage import landed_target
from regulars.land.tombstones import Kind, hashed
from regulars.settings import Settings

_CHANGES = catalog.IDENTITY_CHANGES.name
# Which columns of the tables that know no source say whose a row is.
_WHOSE: Mapping[str, tuple[tuple[str, Kind], ...]] = {
    catalog.IDENTITY_RECORDS.name: (("customer_key", "key"), ("customer_id", "customer")),
    catalog.CUSTOMER_KEYS.name: (("customer_key", "key"), ("customer_id", "customer")),
    catalog.IDENTITY_MATCHES.name: (("left_key", "key"), ("right_key", "key")),
    catalog.IDENTITY_IDS.name: (
        ("customer_id", "customer"), ("redirected_to", "customer"), ("founding_key", "key")
    ),
    catalog.IDENTITY_DECISIONS.name: (("left_key", "key"), ("right_key", "key")),
    catalog.SEGMENT_RESTATEMENTS.name: (("customer_id", "customer"),),
}  # fmt: skip


@dataclass
class Erased:
    """What was taken out: rows per table of the durable side."""

    rows: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, rows: int) -> None:
        """Counts rows of a table."""
        if rows:
            self.rows[table] = self.rows.get(table, 0) + rows


def erase(session: Session, settings: Settings, space: ScratchSpace | None = None) -> Erased:
    """Erases in the transaction that is open on the session.

    Args:
        session: The durable warehouse.
        settings: All settings, for how each source is mapped.
        space: What a scratch database may take up, where one is needed.
    """
    erased = Erased()
    for source, entity in ledger.sources_landed(session).items():
        target = landed_target(session, settings, source, entity)
        find_rows(session, target, space)
        gone = forget_found(session, target)
        erased.add(f'raw."{source}"', gone.raw)
        erased.add(catalog.STAGED[target.entity].name, gone.staged)
        erased.add(catalog.REJECTED_ROWS.name, gone.rejected)
        erased.add(catalog.SUPERSEDED.name, gone.superseded)
    for table, columns in _WHOSE.items():
        erased.add(table, _delete(session, table, _theirs(columns, session.dialect)))
    theirs = _theirs(
        (("customer_key", "key"), ("from_customer_id", "customer"), ("to_customer_id", "customer")), session.dialect
    )
    # The newest change numbers those that come: its row stays, and says nothing.
    newest = f"change_id = (select max(change_id) from {_CHANGES})"
    blank = "customer_key = null, from_customer_id = null, to_customer_id = null"
    session.execute(f"update {_CHANGES} set {blank} where {newest} and {theirs}")
    erased.add(_CHANGES, _delete(session, _CHANGES, theirs))
    return erased


def received(session: Session, settings: Settings, space: ScratchSpace | None = None) -> Iterator[pa.RecordBatch]:
    """The raw rows that would be erased, as they came, for whoever must know how identifiers were written."""
    for source, entity in ledger.sources_landed(session).items():
        find_rows(session, landed_target(session, settings, source, entity), space)
        yield from received_rows(session, source)


def _theirs(columns: tuple[tuple[str, Kind], ...], dialect: str) -> str:
    tests = [
        f"coalesce({hashed(kind, f'cast({column} as varchar)', dialect)} in"
        f" (select hash from {catalog.ERASURES.name}), false)"
        for column, kind in columns
    ]
    return f"({' or '.join(tests)})"


def _delete(session: Session, table: str, condition: str) -> int:
    rows = int(session.query(f"select count(*) as n from {table} where {condition}").column(0)[0].as_py())
    if rows:
        session.execute(f"delete from {table} where {condition}")
    return rows
