"""The files that Regulars made, where they lie, and in which of them somebody is: for erasing a person, and for lists.

A file that was moved or copied is out of reach: `is_there` and `is_unchanged` say what is still as it was written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from regulars.activate.exporting import file_hash
from regulars.activate.star import MANIFEST
from regulars.engines.export_ledger import DONE, FAILED, ExportLedger
from regulars.engines.files import halves


@dataclass(frozen=True)
class MadeFile:
    """One file or, of the format `bi`, folder that an export wrote or began to write."""

    export_id: str
    name: str
    format: str
    path: Path
    status: str
    started_at: dt.datetime
    sha256: str

    @property
    def is_there(self) -> bool:
        """Whether something lies where it was written."""
        return self.path.exists()

    @cached_property
    def is_unchanged(self) -> bool:
        """Whether what lies there is what this export wrote, and no later one or somebody else."""
        file = self.path / MANIFEST if self.path.is_dir() else self.path
        if not file.is_file():
            return False
        if self.status == DONE:
            return file_hash(file) == self.sha256
        # Killed after the file had its name: no hash was noted, and everyone in it was.
        written = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC).replace(tzinfo=None)
        return written >= self.started_at


def made_files(ledger: ExportLedger) -> list[MadeFile]:
    """Every file that an export wrote or began to write, newest first."""
    return [
        MadeFile(
            export_id=entry["export_id"],
            name=entry["name"],
            format=entry["format"],
            path=Path(entry["path"]),
            status=entry["status"],
            started_at=entry["started_at"],
            sha256=entry["sha256"] or "",
        )
        for entry in ledger.every_entry()
        if entry["status"] != FAILED
    ]


def files_with(ledger: ExportLedger, customer_ids: Iterable[int]) -> list[MadeFile]:
    """Those of the files that some customers were written to; who was held back is in none.

    Everyone is noted before a file gets its name, so this holds for exports that were killed too.
    """
    ids = {
        export_id
        for customer_id in customer_ids
        for export_id, is_held_back in ledger.with_customer(customer_id).items()
        if not is_held_back
    }
    return [file for file in made_files(ledger) if file.export_id in ids]


def unfinished_files(ledger: ExportLedger) -> list[Path]:
    """What processes that were killed, or are writing, have beside the places of exports; nobody knows who is in it."""
    places = {Path(entry["path"]) for entry in ledger.every_entry()}
    return sorted(half for place in places for half in halves(place))


def forget_members(ledger: ExportLedger, customer_ids: Iterable[int]) -> int:
    """Takes customers out of the members of all exports, after their files were seen to; returns the parts changed."""
    return sum(ledger.forget(customer_id) for customer_id in customer_ids)
