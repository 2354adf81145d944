"""Presets and synonyms: what the data files beside this module say, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from regulars.source_settings import Entity


@dataclass(frozen=True)
class Preset:
    """A kind of export, known by columns that it always has."""

    name: str
    source: str
    entity: Entity
    signature: tuple[str, ...]
    fields: dict[str, str]
    date_formats: tuple[str, ...] = field(default=())

    def fits(self, columns: Collection[str]) -> bool:
        """Whether every column of the signature is there, whatever its case."""
        present = {normalised(column) for column in columns}
        return all(normalised(column) in present for column in self.signature)


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
            content |= {name: tuple(content.get(name, ())) for name in ("signature", "date_formats")}
            found.append(Preset(name=file.name.removesuffix(".toml"), **content))
    return {preset.name: preset for preset in sorted(found, key=lambda p: (-len(p.signature), p.name))}


@cache
def synonyms() -> dict[Entity, dict[str, list[str]]]:
    """Field -> header names that mean it, per entity."""
    content: Any = tomllib.loads((files("regulars.sources") / "synonyms.toml").read_text(encoding="utf-8"))
    found: dict[Entity, dict[str, list[str]]] = content
    return found
