"""Places beside the tables of rows where a person's address or name may stand: messages, reasons, logs and exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from regulars import catalog
from regulars.engines.base import Engine, Session
from regulars.privacy.traces import Traces, Wanted, search_files

ERASED = "[erased]"


def hiding(what: Wanted) -> Callable[[str], str]:
    """What replaces a person's texts in a text."""
    patterns = [re.compile(what.pattern(kind), re.IGNORECASE) for kind in what.kinds]

    def hidden(text: str) -> str:
        for pattern in patterns:
            text = pattern.sub(rf"\g<1>{ERASED}\g<3>", text)
        return text

    return hidden


def redact_messages(durable: Session, hidden: Callable[[str], str]) -> int:
    """Hides a person in the errors of the ledger and in the reasons of decisions; returns how many texts changed."""
    changed = 0
    for table, key, column in (
        (catalog.LOADS.name, "load_id", "error"),
        (catalog.IDENTITY_DECISIONS.name, "decided_at", "reason"),
    ):
        for row in durable.query(f"select {key}, {column} from {table} where {column} is not null").to_pylist():
            text = hidden(row[column])
            if text != row[column]:
                durable.execute(f"update {table} set {column} = $1 where {key} = $2", (text, row[key]))
                changed += 1
    return changed


def remove_files(engine: Engine, what: Wanted, exports: Sequence[Path]) -> list[str]:
    """Removes logs of dbt and the given exports in which a person stands; the former are made again when needed."""
    places = [*([engine.dbt_folder] if engine.dbt_folder.is_dir() else []), *exports]
    removed = []
    for file in search_files(places, what, Traces()):
        file.unlink()
        removed.append(str(file))
    return removed
