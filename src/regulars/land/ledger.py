"""The ledger of loads, `ops.loads`: one row per delivery, landed or failed, committed with the rows it speaks of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.journal import ledger_time

# The stamp of a table that is mapped where it lies, and one that no longer holds.
MAPPED = "mapped"
_OUTDATED = "outdated"


@dataclass(frozen=True)
class Load:
    """One row of the ledger. Rows landed = staged + rejected + duplicates + forgotten, which are of erased persons."""

    load_id: int
    source: str
    entity: str
    uri: str
    content_hash: str
    bytes: int
    started_at: dt.datetime
    rows: int = 0
    staged: int = 0
    rejected: int = 0
    duplicates: int = 0
    superseded: int = 0
    status: str = "landed"
    error: str | None = None
    watermark: str | None = None
    forgotten: int = 0

    @property
    def difference(self) -> int:
        """Rows that are unaccounted for; anything but 0 fails the load."""
        return self.rows - self.staged - self.rejected - self.duplicates - self.forgotten


def next_load_id(session: Session) -> int:
    """The number of the next load."""
    return int(session.query(f"select coalesce(max(load_id), 0) + 1 from {catalog.LOADS.name}").column(0)[0].as_py())


def landed_before(session: Session, source: str, content_hash: str) -> bool:
    """Whether this content already lies in the source's raw table."""
    found = session.query(
        f"select 1 from {catalog.LOADS.name} where source = $1 and content_hash = $2 and status = 'landed' limit 1",
        (source, content_hash),
    )
    return found.num_rows > 0


def watermark_of(session: Session, source: str) -> str | None:
    """Up to where the source was read by its newest load that landed; None when it must be read from the beginning.

    A file, which has a content hash, keeps its version there, which is no watermark.
    """
    found = session.query(
        f"select case when content_hash = '' then watermark end from {catalog.LOADS.name}"
        " where source = $1 and status = 'landed' order by load_id desc limit 1",
        (source,),
    )
    return found.column(0)[0].as_py() if found.num_rows else None


def version_landed(session: Session, source: str | None, uri: str, version: str | None) -> bool:
    """Whether just this version of a store's file has landed, in this source or, if none is known, in any."""
    if version is None:
        return False
    found = session.query(
        f"select 1 from {catalog.LOADS.name} where uri = $1 and watermark = $2 and content_hash <> ''"
        " and status = 'landed' and (source = $3 or $3 is null) limit 1",
        (uri, version, source),
    )
    return found.num_rows > 0


def sizes_landed(session: Session, source: str) -> set[int]:
    """Sizes of what the source has landed: a delivery of another size cannot be one of them."""
    found = session.query(
        f"select distinct bytes from {catalog.LOADS.name} where source = $1 and status = 'landed'", (source,)
    )
    return set(found.column(0).to_pylist())


def enter(session: Session, load: Load) -> None:
    """Writes a load into the ledger."""
    session.execute(
        f"insert into {catalog.LOADS.name} ({', '.join(catalog.LOADS.column_names)})"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        (
            load.load_id,
            load.source,
            load.entity,
            load.uri,
            load.content_hash,
            load.bytes,
            load.rows,
            load.staged,
            load.rejected,
            load.duplicates,
            load.superseded,
            load.watermark,
            load.status,
            load.error,
            load.started_at,
            ledger_time(),
            load.forgotten,
        ),
    )


def recount(session: Session, load: Load) -> None:
    """Writes the new counts of a load that was staged again."""
    session.execute(
        f"update {catalog.LOADS.name} set staged = $2, rejected = $3, duplicates = $4, superseded = $5,"
        " finished_at = $6, forgotten = $7 where load_id = $1",
        (load.load_id, load.staged, load.rejected, load.duplicates, load.superseded, ledger_time(), load.forgotten),
    )


def loads_of(session: Session, source: str) -> list[Load]:
    """The source's landed loads, oldest first."""
    return _loads(session, "source = $1 and status = 'landed'", source)


def stamps(session: Session) -> list[Load]:
    """The stamps that hold, of every table that is mapped, oldest first."""
    return _loads(session, "status = $1", MAPPED)


def mapped_since(session: Session, source: str) -> int | None:
    """The number of the first stamp of a mapped table, which its rows bear; None when it has none."""
    found = session.query(
        f"select min(load_id) from {catalog.LOADS.name} where source = $1 and status in ($2, $3)",
        (source, MAPPED, _OUTDATED),
    ).column(0)[0]
    return None if found.as_py() is None else int(found.as_py())


def outdate(session: Session, source: str) -> None:
    """The stamp of a mapped table holds no longer."""
    session.execute(
        f"update {catalog.LOADS.name} set status = $2 where source = $1 and status = $3", (source, _OUTDATED, MAPPED)
    )


def _loads(session: Session, condition: str, *params: str) -> list[Load]:
    found = session.query(
        "select load_id, source, entity, uri, content_hash, bytes, started_at, rows, staged, rejected, duplicates,"
        f" superseded, status, watermark, coalesce(forgotten, 0) as forgotten from {catalog.LOADS.name}"
        f" where {condition} order by load_id",
        params,
    )
    return [Load(**row) for row in found.to_pylist()]


def sources_landed(session: Session) -> dict[str, str]:
    """Every source that has landed anything, with its entity."""
    found = session.query(
        f"select source, max(entity) from {catalog.LOADS.name} where status = 'landed' group by source order by source"
    )
    return dict(zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True))
