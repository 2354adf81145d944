"""Keeps the rows of erased persons out of what is landed, before anything of them is written.

Each batch is typed and mapped in a scratch database as landing will do it, and whoever it belongs to is looked up among
the tombstones. Lines that could not be read as rows are taken apart at their separators, and each part is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.scratch import ScratchSpace, scratch_session
from regulars.land import conform, parse
from regulars.land.plain_text import without_nul
from regulars.land.tombstones import Tombstones, copy_to, is_forgotten, tombstones
from regulars.settings import ShopSettings
from regulars.source_settings import Entity, SourceSettings

_BROUGHT = "raw.brought"
_SEPARATORS = r"[,;\t|]"


class Sieve:
    """Rows of one source on their way in; `forgotten` counts those that were kept out."""

    def __init__(
        self,
        session: Session,
        source: str,
        entity: Entity,
        fields: Mapping[str, str],
        settings: SourceSettings,
        shop: ShopSettings,
    ) -> None:
        numbered = f"(select *, 0::bigint as _load_id from {_BROUGHT})"
        conformer = conform.conformer(source, numbered, 0, entity, fields, settings, shop)
        self.forgotten = 0
        self._session, self._settings, self._shop = session, settings, shop
        self._condition = is_forgotten(catalog.STAGED[entity].column_names, "duckdb")
        self._sql = f"select _row from ({conformer.typed}) typed where {self._condition}"

    def rows(self, reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """The batches without the rows of erased persons."""
        return pa.RecordBatchReader.from_batches(reader.schema, map(self._kept, reader))

    def unreadable(self, malformed: pa.Table) -> pa.Table:
        """The lines that could not be read, without those in which an erased person stands."""
        if malformed.num_rows == 0:
            return malformed
        is_theirs = self.speaks_of_them(malformed.column("payload"))
        self.forgotten += pc.sum(is_theirs).as_py() or 0
        return malformed.filter(pc.invert(is_theirs))

    def speaks_of_them(self, payloads: pa.ChunkedArray) -> pa.ChunkedArray:
        """Of each text, whether an erased person's id, e-mail or phone number is one of its parts."""
        self._session.replace(
            _BROUGHT, pa.table({"_row": pa.array(range(len(payloads)), pa.int64()), "payload": payloads})
        )
        space = f"{self._settings.id_space}:" if self._settings.id_space else ""
        parts = (
            f"select _row, trim(unnest(string_split_regex(payload, '{_SEPARATORS}')), ' \"') as part from {_BROUGHT}"
        )
        known = (
            f"select _row, {parse.quoted(space)} || part as customer_key, {parse.email('part')} as email,"
            f" {parse.phone('part', self._shop.country)} as phone from ({parts}) as parts"
        )
        found = self._session.query(f"select distinct _row from ({known}) as known where {self._condition}")
        return pc.is_in(pa.chunked_array([pa.array(range(len(payloads)), pa.int64())]), found["_row"].combine_chunks())

    def _kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if batch.num_rows == 0:
            return batch
        plain = pa.RecordBatch.from_arrays([*map(without_nul, batch.columns)], schema=batch.schema)
        self._session.replace(_BROUGHT, pa.Table.from_batches([plain]))
        theirs = self._session.query(self._sql).column(0)
        if len(theirs) == 0:
            return batch
        self.forgotten += len(theirs)
        return batch.filter(pc.invert(pc.is_in(batch.column("_row"), theirs.combine_chunks())))


class OpenSieve:
    """What stands in for a sieve where nobody was ever erased."""

    forgotten = 0

    def rows(self, reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """All of them."""
        return reader

    def unreadable(self, malformed: pa.Table) -> pa.Table:
        """All of them."""
        return malformed


@contextmanager
def sieve_for(
    durable: Session,
    source: str,
    entity: Entity,
    fields: Mapping[str, str],
    settings: SourceSettings,
    shop: ShopSettings,
    space: ScratchSpace | None = None,
) -> Iterator[Sieve | OpenSieve]:
    """The sieve for one delivery of a source."""
    known = tombstones(durable)
    if known is None:
        yield OpenSieve()
        return
    with sieve_of(known, source, entity, fields, settings, shop, space) as sieve:
        yield sieve


@contextmanager
def sieve_of(
    known: Tombstones,
    source: str,
    entity: Entity,
    fields: Mapping[str, str],
    settings: SourceSettings,
    shop: ShopSettings,
    space: ScratchSpace | None = None,
) -> Iterator[Sieve]:
    """The sieve of these tombstones."""
    with scratch_session((catalog.ERASURES, catalog.ERASURE_KEY), space) as session:
        copy_to(session, known)
        yield Sieve(session, source, entity, fields, settings, shop)
