"""What `regulars sources preview` tells of a file before anything is landed: how it would be read."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from regulars.sources.delivery import Delivery
from regulars.sources.detect import Mapping
from regulars.sources.expressions import quoted


@dataclass(frozen=True)
class Preview:
    """A file's mapping and its first rows.

    Attributes:
        mapping: The entity, the preset, and each field's expression.
        columns: One row per column: its name, the field it serves, and an example.
        rows: The first rows as received.
        warnings: What is odd about the file.
    """

    mapping: Mapping
    columns: pa.Table
    rows: pa.Table
    warnings: tuple[str, ...]


def preview(delivery: Delivery, mapping: Mapping, rows: int = 5) -> Preview:
    """Puts together what there is to say of a delivery."""
    sample = delivery.sample()
    serves = {
        column: ", ".join(field for field, expression in mapping.fields.items() if quoted(column) in expression)
        for column in delivery.columns
    }
    examples = {column: next((v for v in sample.column(column).to_pylist() if v), None) for column in delivery.columns}
    columns = pa.table(
        {
            "column": pa.array(delivery.columns, pa.string()),
            "field": pa.array([serves[c] or None for c in delivery.columns], pa.string()),
            "example": pa.array([examples[c] for c in delivery.columns], pa.string()),
        }
    )
    return Preview(mapping, columns, sample.slice(0, rows), (*delivery.warnings, *mapping.notes))
