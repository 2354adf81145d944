"""The data dictionary: every mart with its columns and what they mean, read from the yml beside each dbt model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml

# The parser in C, where PyYAML was built with it, takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    type: str
    meaning: str


@dataclass(frozen=True)
class Entry:
    """A table: its schema, what it holds with its grain last, and its columns."""

    schema: str
    table: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def summary(self) -> str:
        """The first sentence of the meaning, and the grain."""
        sentences = [sentence.strip() for sentence in self.meaning.split(". ") if sentence.strip()]
        grain = sentences[-1] if sentences[-1].startswith("Grain") and len(sentences) > 1 else ""
        return f"{sentences[0].rstrip('.')}. {grain}".strip()


def read_dictionary() -> list[Entry]:
    """Every mart, by its name."""
    folder = Path(str(files("regulars") / "warehouse" / "models" / "marts"))
    return sorted((entry for file in folder.rglob("*.yml") for entry in _entries(file)), key=lambda e: e.table)


def _entries(file: Path) -> Iterator[Entry]:
    for model in yaml.load(file.read_text(encoding="utf-8"), _LOADER).get("models", ()):
        columns = tuple(
            Column(c["name"], str(c.get("data_type", "")), " ".join(str(c.get("description", "")).split()))
            for c in model.get("columns", ())
        )
        schema = model.get("config", {}).get("schema", "marts")
        yield Entry(schema, model["name"], " ".join(str(model["description"]).split()), columns)
