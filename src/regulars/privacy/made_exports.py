"""The files that Regulars wrote: those that an erased person is in go, found by the ledger of exports.

The ledger knows members by their golden ids, so a file of hashes is found as well as one of addresses. What somebody
changed after it was written is theirs: it is searched, and never removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from regulars.activate.made import files_with, forget_members, made_files, unfinished_files
from regulars.engines.export_ledger import DONE, ExportLedger
from regulars.engines.files import discard, is_being_written
from regulars.errors import LockedError
from regulars.privacy.scored_files import scored_files_with
from regulars.privacy.traces import Wanted


@dataclass(frozen=True)
class MadeExports:
    """Where exports lie that some customers are in.

    Attributes:
        untouched: Files and folders as an export with them wrote them, and what was left of exports that were killed.
        changed: Files in the place of an export with them that are as no export wrote them.
        gone: Where nothing lies any more.
        going_on: What is being written at this moment, so that nobody knows who is in it.
    """

    untouched: list[Path]
    changed: list[Path]
    gone: list[Path]
    going_on: list[Path]


def exports_with(ledger: ExportLedger, what: Wanted) -> MadeExports:
    """The exports with a person, by the members in the ledger, and scored lists by what is in them."""
    theirs = [*files_with(ledger, what.customer_ids), *scored_files_with(ledger, what)]
    ids = {file.export_id for file in theirs}
    others = {file.path for file in made_files(ledger) if file.export_id not in ids and file.is_unchanged}
    found = MadeExports([], [], [], [])
    for path in dict.fromkeys(file.path for file in theirs):
        here = [file for file in theirs if file.path == path]
        if not path.exists():
            found.gone.extend([path] if any(file.status == DONE for file in here) else [])
        elif any(file.is_unchanged for file in here):
            found.untouched.append(path)
        elif path not in others:
            found.changed.append(path)
    for half in unfinished_files(ledger):
        (found.going_on if is_being_written(half) else found.untouched).append(half)
    return found


def remove_exports(ledger: ExportLedger, customer_ids: Sequence[int], found: MadeExports) -> list[str]:
    """Zeroes and removes the files with these customers, takes them out of all members, and says what it did.

    Raises:
        LockedError: A file is being written of what is live, and nobody can say who will be in it.
    """
    if found.going_on:
        raise LockedError(
            f"{found.going_on[0]} is being written and may hold the person. Wait until the export has ended, then"
            " finish the erasure: regulars forget --resume."
        )
    for path in found.untouched:
        discard(path)
    forget_members(ledger, customer_ids)
    return [
        *(f"removed {path}, an export with them or a part of one" for path in found.untouched),
        *(f"{path} is not as it was exported, and is left as it is" for path in found.changed),
        *(f"{path}, an export with them, lies there no more: whoever has it must erase it" for path in found.gone),
    ]
