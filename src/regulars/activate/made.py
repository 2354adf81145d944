"""The files that Regulars made, where they lie, and in which of them somebody is: for erasing a person, and for lists.

A file that was moved or copied is out of reach: `is_there` and `is_unchanged` say what is still as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from regulars.activate.exporting import file_hash
from regulars.activate.star import MANIFEST
from regulars.engines.export_ledger import FAILED, WRITING, ExportLedger
from regulars.engines.files import halves


@dataclass(frozen=True)
class MadeFile:
    """One file or, of the format `bi`, folder that an export wrote.

    `halves` are what was left beside it by processes that were killed, or is being written at this moment.
    """

    export_id: str
    name: str
    format: str
    path: Path
    status: str
    sha256: str
    halves: tuple[Path, ...]

    @property
    def is_there(self) -> bool:
        """Whether something lies where it was written."""
        return self.path.exists()

    @property
    def is_unchanged(self) -> bool:
        """Whether what lies there is what this export wrote, and no later one or somebody else."""
        file = self.path / MANIFEST if self.path.is_dir() else self.path
        return file.is_file() and file_hash(file) == self.sha256


def made_files(ledger: ExportLedger) -> list[MadeFile]:
    """Every file that an export wrote or began to write, newest first."""
    return _files(ledger, None)


def files_with(ledger: ExportLedger, customer_ids: Iterable[int]) -> list[MadeFile]:
    """The files that some customers are in, or may be: of an export that never ended nobody knows how far it came.

    Who was held back is no row of the file, but a member in the ledger: see `forget_members`.
    """
    ids = {export_id for customer_id in customer_ids for export_id in ledger.with_customer(customer_id)}
    return _files(ledger, ids)


def forget_members(ledger: ExportLedger, customer_ids: Iterable[int]) -> int:
    """Takes customers out of the members of all exports, after their files were seen to; returns the parts changed."""
    return sum(ledger.forget(customer_id) for customer_id in customer_ids)


def _files(ledger: ExportLedger, ids: set[str] | None) -> list[MadeFile]:
    found = []
    for entry in ledger.every_entry():
        beside = tuple(halves(Path(entry["path"])))
        is_asked = ids is None or entry["export_id"] in ids or entry["status"] == WRITING
        if not (is_asked or beside) or (entry["status"] == FAILED and not beside):
            continue
        found.append(
            MadeFile(
                export_id=entry["export_id"],
                name=entry["name"],
                format=entry["format"],
                path=Path(entry["path"]),
                status=entry["status"],
                sha256=entry["sha256"] or "",
                halves=beside,
            )
        )
    return found
