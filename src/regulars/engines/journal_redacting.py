"""Texts of the journal that may name a person: of runs and their stages, of exports, webhooks and alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa

from regulars.engines.journal import Journal, Statement

# Tables with their keys, and their texts.
_TEXTS = (
    ("ops.runs", {"run_id": pa.string()}, ("command", "error")),
    ("ops.run_stages", {"run_id": pa.string(), "position": pa.int64()}, ("progress", "summary")),
    ("ops.exports", {"export_id": pa.string()}, ("name", "path", "exported_by", "selection", "seed", "error")),
    ("ops.webhook_batches", {"batch_id": pa.string()}, ("error",)),
    ("ops.alerts", {"cause": pa.string()}, ("title", "body", "sameness")),
)


def redact(journal: Journal, hidden: Callable[[str], str]) -> int:
    """Passes every text through `hidden` and keeps what comes of it; returns how many rows changed."""
    changes = list(_changes(journal, hidden))
    if changes:
        journal.write(*changes)
        journal.compact()
    return len(changes)


def _changes(journal: Journal, hidden: Callable[[str], str]) -> Iterator[Statement]:
    for table, key, texts in _TEXTS:
        schema = pa.schema([*key.items(), *((name, pa.string()) for name in texts)])
        where = " and ".join(f"{name} = ${place}" for place, name in enumerate(key, start=1))
        changed = ", ".join(f"{name} = ${place}" for place, name in enumerate(texts, start=len(key) + 1))
        for row in journal.read(f"select {', '.join(schema.names)} from {table}", (), schema).to_pylist():
            values = tuple(row[name] and hidden(row[name]) for name in texts)
            if values != tuple(row[name] for name in texts):
                yield f"update {table} set {changed} where {where}", (*(row[name] for name in key), *values)
