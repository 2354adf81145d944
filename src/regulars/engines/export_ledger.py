"""The ledger of exports: what left the warehouse, when, by whom, where it lies, and who was in it.

It is kept with the journal, so an export can be noted while a run holds the warehouse, and it is never rebuilt. An
entry is made before its file is: no file of Regulars is without one, whenever the process ends. Of an export whose
process ended without a word the entry says so, as soon as anybody looks. Members are kept in parts, each a small
Parquet file in a cell: a million ids and whether each was held back take about a megabyte.
"""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from regulars.engines.journal import Journal, ledger_time
from regulars.engines.processes import is_living, machine, mark
from regulars.errors import WarehouseError

WRITING, DONE, FAILED, INTERRUPTED = "writing", "done", "failed", "interrupted"
_ENDED = "The process ended without a word. The file is whole or as it was before."
MEMBERS = pa.schema([("customer_id", pa.int64()), ("is_held_back", pa.bool_())])
_COLUMNS = (
    "export_id, name, status, format, path, exported_by, run_id, as_of, selection, consent, control_share, seed,"
    " exported, held_back, left_out, bytes, sha256, started_at, finished_at, error"
)


@dataclass(frozen=True)
class Export:
    """One entry of the ledger as it is begun: what is to be written, and the rule by which customers are held back."""

    name: str
    format: str
    path: str
    exported_by: str
    run_id: str = ""
    as_of: str = ""
    selection: Mapping[str, Any] = field(default_factory=dict)
    consent: str = "all"
    control_share: float = 0.0
    seed: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of an export: rows in the file, customers held back, and those left out with the reason."""

    exported: int
    held_back: int
    left_out: Mapping[str, int]
    size: int
    sha256: str


class ExportLedger:
    """The entries of one warehouse; every call is its own transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def begin(self, export: Export) -> str:
        """Notes that a file is about to be written, and returns the entry's id."""
        self._journal.make_ready()
        self._note_interrupted()
        started = ledger_time()
        export_id = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
        self._journal.write(
            (
                "insert into ops.exports (export_id, name, status, format, path, exported_by, run_id, as_of, selection,"
                " consent, control_share, seed, started_at, machine, process)"
                " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                (
                    *(export_id, export.name, WRITING, export.format, export.path, export.exported_by, export.run_id),
                    *(export.as_of, json.dumps(export.selection, sort_keys=True, default=str), export.consent),
                    *(float(export.control_share), export.seed, started, machine(), mark()),
                ),
            )
        )
        return export_id

    def add_members(self, export_id: str, part: int, members: pa.Table) -> None:
        """Keeps some of an export's members, exported and held back, in a part of their own."""
        self._journal.write(
            (
                "insert into ops.export_members (export_id, part, lowest_id, highest_id, members)"
                " values ($1, $2, $3, $4, $5)",
                (export_id, part, *_range(members), _packed(members)),
            )
        )

    def finish(self, export_id: str, outcome: Outcome) -> None:
        """Notes that the file is whole and in its place."""
        self._journal.write(
            (
                "update ops.exports set status = $1, exported = $2, held_back = $3, left_out = $4, bytes = $5,"
                " sha256 = $6, finished_at = $7 where export_id = $8",
                (
                    *(DONE, outcome.exported, outcome.held_back, json.dumps(outcome.left_out)),
                    *(outcome.size, outcome.sha256, ledger_time(), export_id),
                ),
            )
        )

    def fail(self, export_id: str, error: str) -> None:
        """Notes that nothing was written, and forgets whom it would have held."""
        self._journal.write(
            (
                "update ops.exports set status = $1, error = $2, finished_at = $3 where export_id = $4",
                (FAILED, error, ledger_time(), export_id),
            ),
            ("delete from ops.export_members where export_id = $1", (export_id,)),
        )

    def entries(self, limit: int = 1000) -> pa.Table:
        """The newest exports, newest first; `selection` and `left_out` are JSON."""
        # Who may only read is told what was noted so far.
        with suppress(WarehouseError):
            self._note_interrupted()
        sql = f"select {_COLUMNS} from ops.exports order by started_at desc, export_id desc limit $1"
        return self._journal.read(sql, (limit,), _ENTRIES)

    def every_entry(self) -> list[dict[str, Any]]:
        """All exports, newest first."""
        found: list[dict[str, Any]] = self.entries(2**31).to_pylist()
        return found

    def find(self, name: str) -> dict[str, Any] | None:
        """The export of this id, else the newest finished one of this name."""
        sql = (
            f"select {_COLUMNS} from ops.exports where export_id = $1 or (name = $1 and status = '{DONE}')"
            " order by case when export_id = $1 then 0 else 1 end, started_at desc, export_id desc limit 1"
        )
        found: list[dict[str, Any]] = self._journal.read(sql, (name,), _ENTRIES).to_pylist()
        return found[0] if found else None

    def members(self, export_id: str) -> Iterator[pa.Table]:
        """Who was exported and who was held back, part by part, in the order of their ids."""
        for part in self._parts("export_id = $1", (export_id,)):
            yield _unpacked(part["members"])

    def with_customer(self, customer_id: int) -> dict[str, bool]:
        """The exports in which a customer is a member, by their ids: whether the customer was held back."""
        found: dict[str, bool] = {}
        for part in self._parts("lowest_id <= $1 and highest_id >= $1", (customer_id,)):
            members = _unpacked(part["members"])
            for is_held_back in members.filter(pc.equal(members["customer_id"], customer_id))["is_held_back"]:
                found[part["export_id"]] = is_held_back.as_py()
        return found

    def forget(self, customer_id: int) -> int:
        """Takes a customer out of the members of every export; returns out of how many parts."""
        taken = 0
        for part in self._parts("lowest_id <= $1 and highest_id >= $1", (customer_id,)):
            members = _unpacked(part["members"])
            left = members.filter(pc.not_equal(members["customer_id"], customer_id))
            if left.num_rows == members.num_rows:
                continue
            where = "where export_id = $1 and part = $2"
            key = (part["export_id"], part["part"])
            self._journal.write(
                (
                    "update ops.export_members set lowest_id = $3, highest_id = $4, members = $5 " + where,
                    (*key, *_range(left), _packed(left)),
                )
                if left.num_rows
                else ("delete from ops.export_members " + where, key)
            )
            taken += 1
        return taken

    def _note_interrupted(self) -> None:
        """Says of exports that began on this machine and whose process is gone that they were broken off.

        Their members stay: between the last rename and the last entry the file was whole already.
        """
        sql = "select export_id, process from ops.exports where status = $1 and machine = $2"
        for one in self._journal.read(sql, (WRITING, machine()), _BEGUN).to_pylist():
            if not is_living(one["process"]):
                self._journal.write(
                    (
                        "update ops.exports set status = $1, error = $2 where export_id = $3 and status = $4",
                        (INTERRUPTED, _ENDED, one["export_id"], WRITING),
                    )
                )

    def _parts(self, where: str, params: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
        """The parts, read one at a time."""
        keys = self._journal.read(
            f"select export_id, part from ops.export_members where {where} order by export_id, part", params, _KEYS
        )
        for key in keys.to_pylist():
            yield from self._journal.read(
                "select export_id, part, members from ops.export_members where export_id = $1 and part = $2",
                (key["export_id"], key["part"]),
                _PARTS,
            ).to_pylist()


def _packed(members: pa.Table) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(
        members.cast(MEMBERS),
        buffer,
        compression="zstd",
        use_dictionary=False,
        column_encoding={"customer_id": "DELTA_BINARY_PACKED", "is_held_back": "RLE"},
    )
    return buffer.getvalue()


def _unpacked(content: bytes) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(content))


def _range(members: pa.Table) -> tuple[int, int]:
    ends = pc.min_max(members["customer_id"])
    return int(ends["min"].as_py()), int(ends["max"].as_py())


_MOMENT = pa.timestamp("us")
_NUMBERS = {"control_share": pa.float64(), "exported": pa.int64(), "held_back": pa.int64(), "bytes": pa.int64()}
_ENTRIES = pa.schema(
    [
        (name, _MOMENT if name.endswith("_at") else _NUMBERS.get(name, pa.string()))
        for name in (column.strip() for column in _COLUMNS.split(","))
    ]
)
_BEGUN = pa.schema([("export_id", pa.string()), ("process", pa.string())])
_KEYS = pa.schema([("export_id", pa.string()), ("part", pa.int64())])
_PARTS = pa.schema([*_KEYS, ("members", pa.binary())])
