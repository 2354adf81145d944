"""Presets and synonyms: what the data files beside this module say, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from regulars.source_settings import Entity
from regulars.sources.expressions import quoted

# Fields that every entity may map besides its own: why a row is none of the entity, and the zone of a row's times.
ROW_FIELDS = ("set_aside", "timezone")
_COLUMN = re.compile(r'"((?:[^"]|"")+)"')


@dataclass(frozen=True)
class Preset:
    """A kind of export, known by columns that it always has.

    Attributes:
        name: What `preset = "…"` in the settings calls it.
        title: What people call it.
        about: What one should know of it: what the amount contains, what is set aside, what the export cannot say.
        source: The source that its files are, unless the settings name another.
        entity: What its rows are.
        signature: The columns by which it is known; `A|B` is either of two names that it has had.
        fields: Expression per field, in the vendor's column names.
        date_formats: Formats of its dates that are not among the built-in ones.
        optional: Columns that not every such export has; they are read as empty where they are missing.
        marks: Columns that hardly any other file has: with one of them, a file that lacks one column of the signature
            is this export with a column renamed.
    """

    name: str
    title: str
    about: str
    source: str
    entity: Entity
    signature: tuple[str, ...]
    fields: dict[str, str]
    date_formats: tuple[str, ...] = field(default=())
    optional: tuple[str, ...] = field(default=())
    marks: tuple[str, ...] = field(default=())

    def fits(self, columns: Collection[str]) -> bool:
        """Whether every column of the signature is there, whatever its case."""
        return not self.lacks(columns)

    def lacks(self, columns: Collection[str]) -> list[str]:
        """The columns of the signature that are not there."""
        present = {normalised(column) for column in columns}
        return [each for each in self.signature if present.isdisjoint(map(normalised, each.split("|")))]

    def nearly_fits(self, columns: Collection[str]) -> bool:
        """Whether a file is this export with one of its columns renamed or missing."""
        present = {normalised(column) for column in columns}
        return len(self.lacks(columns)) == 1 and not present.isdisjoint(map(normalised, self.marks))

    def mapped(self, columns: Sequence[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """The fields as a file has them, and the columns that it lacks, each with a field that it serves.

        The vendor's column names are replaced by the file's own, which may differ in case and punctuation. A field of
        which no column is there is left out.
        """
        at_hand = {normalised(column): quoted(column) for column in reversed(columns)}
        fields: dict[str, str] = {}
        lacking: list[tuple[str, str]] = []
        for name, expression in self.fields.items():
            named = [column.replace('""', '"') for column in _COLUMN.findall(expression)]
            missing = [column for column in named if normalised(column) not in at_hand]
            lacking += [(column, name) for column in missing if column not in self.optional]
            if not named or len(missing) < len(named):
                fields[name] = _COLUMN.sub(
                    lambda found: at_hand.get(normalised(found[1]), "cast(null as varchar)"), expression
                )
        return fields, lacking


def normalised(header: str) -> str:
    """A header without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", header).lower()


@cache
def shipped_presets() -> dict[str, Preset]:
    """Every preset by its name; the ones with the longest signatures first."""
    found = []
    for file in (files("regulars.sources") / "presets").iterdir():
        if file.name.endswith(".toml"):
            content = tomllib.loads(file.read_text(encoding="utf-8"))
            content |= {
                name: tuple(content.get(name, ())) for name in ("signature", "date_formats", "optional", "marks")
            }
            found.append(Preset(name=file.name.removesuffix(".toml"), **content))
    return {preset.name: preset for preset in sorted(found, key=lambda p: (-len(p.signature), p.name))}


@cache
def synonyms() -> dict[Entity, dict[str, list[str]]]:
    """Field -> header names that mean it, per entity."""
    content: Any = tomllib.loads((files("regulars.sources") / "synonyms.toml").read_text(encoding="utf-8"))
    found: dict[Entity, dict[str, list[str]]] = content
    return found
