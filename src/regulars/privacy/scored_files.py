"""Lists that `regulars score` wrote: whether somebody stands in one is seen by looking into it.

Its rows are people whom the user brought, and its first column is what the user calls them: an id of a source, an
e-mail address or a number. Nobody knew at the time whether they are customers, so the ledger has no members of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from regulars.activate.made import MadeFile, made_files
from regulars.activate.noting import SCORE
from regulars.engines.export_ledger import ExportLedger
from regulars.privacy.traces import Traces, Wanted, has_cell, search_files


def scored_files_with(ledger: ExportLedger, what: Wanted) -> list[MadeFile]:
    """The scored lists that lie where they were written and have the person in them."""
    ids = _ids(what.texts.get("key", ()))
    return [
        file
        for file in made_files(ledger)
        if file.format == SCORE
        and file.path.is_file()
        and (search_files([file.path], what, Traces()) or has_cell(file.path, ids))
    ]


def _ids(keys: Sequence[str]) -> list[str]:
    """What the keys of a customer are in a source's own words: without the space of ids, or the kind, before them."""
    return sorted({part for key in keys for part in (key, key.partition(":")[2]) if part})
