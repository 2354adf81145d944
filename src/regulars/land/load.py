"""One delivery -> raw and staging, all or nothing.

Its rows, their rejections, the versions they replace and their ledger entry are one transaction, so a crash leaves no
partial load and the same content lands once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.journal import ledger_time
from regulars.engines.scratch import ScratchSpace
from regulars.errors import ChecksFailed
from regulars.land import conform, ledger, overlap, raw, versions
from regulars.land.desk import Desk, desk_for
from regulars.land.plain_text import without_nul
from regulars.land.sieve import sieve_for
from regulars.settings import ShopSettings
from regulars.source_settings import Entity, SourceSettings

if TYPE_CHECKING:
    from regulars.sources import Delivery


class NothingNew(Exception):
    """A feed gave nothing but rows that had landed before."""


@dataclass(frozen=True)
class Target:
    """Where a delivery goes: the source, what its rows are, and how its columns map to fields."""

    source: str
    entity: Entity
    fields: Mapping[str, str]
    settings: SourceSettings
    shop: ShopSettings


def land_delivery(
    session: Session,
    delivery: Delivery,
    target: Target,
    on_rows: Callable[[int], None],
    space: ScratchSpace | None = None,
) -> ledger.Load:
    """Appends a delivery to raw, conforms it to staging, and enters it in the ledger.

    Args:
        session: The durable warehouse, with a transaction open on it.
        delivery: What is landed.
        target: Where it goes.
        on_rows: Told how many rows were read.
        space: What a scratch database may take up, for a warehouse that cannot conform by itself.

    Raises:
        InputError: The delivery cannot be read, or changed while it was; nothing of it is kept.
        ChecksFailed: Rows are unaccounted for; nothing of it is kept.
        NothingNew: Every row had landed before; roll back what was done.
    """
    load = ledger.Load(
        load_id=ledger.next_load_id(session),
        source=target.source,
        entity=target.entity,
        uri=delivery.uri,
        content_hash="",
        bytes=delivery.bytes,
        started_at=ledger_time(),
    )
    raw.ensure_columns(session, target.source, delivery.columns)
    whose = (target.source, target.entity, target.fields, target.settings, target.shop)
    with sieve_for(session, *whose, space) as sieve, desk_for(session, target.source, space) as desk:
        try:
            appended = raw.append(
                desk.session, target.source, load.load_id, load.started_at, sieve.rows(delivery.batches()), on_rows
            )
        except Exception:
            # The database wraps what stopped the batches in an error of its own.
            if delivery.failure is not None:
                raise delivery.failure from None
            raise
        unreadable = _set_aside(desk.session, target.source, load.load_id, sieve.unreadable(delivery.malformed))
        load = dataclasses.replace(
            load,
            rows=appended + unreadable + sieve.forgotten,
            forgotten=sieve.forgotten,
            content_hash=delivery.content_hash,
            watermark=delivery.watermark(),
        )
        load = stage(desk, load, target)
        if delivery.overlaps:
            desk.bring_equals(load.load_id, target.entity)
            load = overlap.forget_known(desk.session, load, target.entity)
            if load.rows == load.forgotten:
                raise NothingNew
        desk.hand_over_received(load.load_id)
        desk.hand_over_staged(load.load_id, target.entity)
    ledger.enter(session, load)
    return load


def stage_again(session: Session, load: ledger.Load, target: Target, space: ScratchSpace | None = None) -> ledger.Load:
    """Conforms a landed load's raw rows to staging, where nothing of it is, and returns it with its counts.

    Raises:
        ChecksFailed: rows <> staged + rejected + exact duplicates + forgotten.
    """
    with desk_for(session, target.source, space) as desk:
        desk.bring_received(load.load_id)
        load = stage(desk, load, target)
        desk.hand_over_staged(load.load_id, target.entity)
    return load


def stage(desk: Desk, load: ledger.Load, target: Target) -> ledger.Load:
    """Conforms one load's raw rows to staging, at a desk that has them, and returns the load with its counts.

    Raises:
        ChecksFailed: rows <> staged + rejected + exact duplicates + forgotten.
    """
    session = desk.session
    conformer = conform.conformer(
        target.source,
        raw.raw_table(target.source),
        load.load_id,
        target.entity,
        target.fields,
        target.settings,
        target.shop,
    )
    staging = conformer.table.name
    columns = ", ".join(conformer.table.column_names)
    session.execute(f"insert into {staging} ({columns}) {conformer.staged_sql()}")
    if session.query(conformer.suspicion_sql()).column(0)[0].as_py():
        session.execute(f"insert into {catalog.REJECTED_ROWS.name} by name {conformer.rejected_sql()}")
        session.execute(
            f"delete from {staging} where source = $1 and _load_id = $2 and _row in"
            f" (select row_number from {catalog.REJECTED_ROWS.name}"
            " where source = $1 and load_id = $2 and field is not null)",
            (target.source, load.load_id),
        )
    desk.bring_versions(load.load_id, target.entity)
    settled = versions.settle(session, target.entity, target.source, load.load_id)
    load = dataclasses.replace(
        load,
        staged=_count(session, staging, "_load_id", target.source, load.load_id),
        rejected=_count(session, catalog.REJECTED_ROWS.name, "load_id", target.source, load.load_id),
        duplicates=settled.duplicates,
        superseded=settled.superseded,
    )
    if load.difference:
        raise ChecksFailed(
            f"{load.uri} does not reconcile: {load.rows} rows, but {load.staged} staged + {load.rejected} rejected"
            f" + {load.duplicates} duplicates + {load.forgotten} forgotten."
            " Nothing of it was kept; please report this file's shape as a bug."
        )
    return load


def _set_aside(session: Session, source: str, load_id: int, malformed: pa.Table) -> int:
    """Keeps what could not even be read as a row."""
    if malformed.num_rows == 0:
        return 0
    rows = malformed.num_rows
    table = pa.table(
        {
            "source": pa.repeat(pa.scalar(source), rows),
            "load_id": pa.repeat(pa.scalar(load_id, pa.int64()), rows),
            "row_number": malformed.column("row_number"),
            "field": pa.nulls(rows, pa.string()),
            "reason": malformed.column("reason"),
            "value": pa.nulls(rows, pa.string()),
            "payload": without_nul(malformed.column("payload").combine_chunks()),
        }
    )
    return session.append(catalog.REJECTED_ROWS.name, table)


def _count(session: Session, table: str, load_column: str, source: str, load_id: int) -> int:
    found = session.query(f"select count(*) from {table} where source = $1 and {load_column} = $2", (source, load_id))
    return int(found.column(0)[0].as_py())
