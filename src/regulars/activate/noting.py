"""Files that are no export, but hold customers too, are entered in the ledger of exports: extracts, reports, scores.

As of an export the entry is there before the file is, and whose golden ids are in the file is noted before it gets its
name, so that `forget` finds it. Of a list that was scored nobody knows whether its people are customers: it has no
members, and `forget` looks into the file. Who may only read the warehouse may write these files, and is told that
`forget` will not know of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from regulars.activate.exporting import file_hash
from regulars.engines.export_ledger import MEMBERS, Export, ExportLedger, Outcome
from regulars.errors import WarehouseError

EXTRACT, REPORT, SCORE = "extract", "report", "score"


@dataclass
class Noted:
    """The entry of a file that is being written: how many rows it came to have, or the problem that kept it out."""

    _ledger: ExportLedger
    export_id: str = ""
    rows: int = 0
    problem: str = ""
    _parts: int = 0

    def hold(self, customer_ids: Sequence[int] | pa.Array) -> None:
        """Notes that these customers will be in the file."""
        ids = pc.unique(pa.array(customer_ids, pa.int64()).drop_null())
        if len(ids) and self.export_id:
            members = pa.table([ids, pa.repeat(pa.scalar(False), len(ids))], schema=MEMBERS)
            self._ledger.add_members(self.export_id, self._parts, members)
            self._parts += 1

    def holding(self, reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """The same batches; everyone in a column customer_id is noted on the way."""

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in reader:
                self.hold(batch.column("customer_id").cast(pa.int64()))
                yield batch

        return pa.RecordBatchReader.from_batches(reader.schema, batches())


@contextmanager
def noted(ledger: ExportLedger, path: Path, kind: str, by: str) -> Iterator[Noted]:
    """Enters a file of this kind before the block writes it, and what came of it afterwards."""
    entry = Noted(ledger)
    try:
        entry.export_id = ledger.begin(Export(name=path.stem, format=kind, path=str(path.absolute()), exported_by=by))
    except WarehouseError as error:
        entry.problem = (
            f"{path} is not entered in the ledger of exports: {error} `regulars forget` will find it only with"
            f" --exports {path}."
        )
    try:
        yield entry
    except BaseException as error:
        # Where the disk is full the ledger may have no room either; an entry without an end says enough.
        with suppress(WarehouseError):
            ledger.fail(entry.export_id, f"{type(error).__name__}: {error}")
        raise
    if entry.export_id:
        ledger.finish(entry.export_id, Outcome(entry.rows, 0, {}, path.stat().st_size, file_hash(path)))
