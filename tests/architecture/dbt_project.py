"""The dbt project as text and yml, for the tests of this folder: reading it takes no dbt and no database."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

WAREHOUSE = Path(__file__).resolve().parents[2] / "src" / "regulars" / "warehouse"
MODELS = WAREHOUSE / "models"


@dataclass(frozen=True)
class Model:
    """One model: its file, its SQL without comments, what it reads, and its yml."""

    name: str
    file: Path
    sql: str
    properties: dict[str, Any] = field(repr=False)

    @property
    def layer(self) -> str:
        """The folder it lies in: staging, intermediate, marts/core or marts/finish."""
        folders = self.file.relative_to(MODELS).parts[:-1]
        return "/".join(folders[:2] if folders[0] == "marts" else folders[:1])

    @property
    def refs(self) -> list[str]:
        """The models it reads."""
        return re.findall(r"\bref\(\s*['\"](\w+)['\"]\s*\)", self.sql)

    @property
    def sources(self) -> list[tuple[str, str]]:
        """The sources it reads, as (source, table)."""
        return re.findall(r"\bsource\(\s*['\"](\w+)['\"]\s*,\s*['\"](\w+)['\"]\s*\)", self.sql)

    @property
    def plain_sql(self) -> str:
        """The SQL alone: no jinja, no text in quotes."""
        without_jinja = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " jinja ", self.sql, flags=re.DOTALL)
        return re.sub(r"'[^']*'", "''", without_jinja).lower()


@cache
def models() -> tuple[Model, ...]:
    """Every model of the project."""
    properties = {
        entry["name"]: entry
        for file in sorted(MODELS.rglob("*.yml"))
        for entry in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("models", [])
    }
    return tuple(
        Model(file.stem, file, without_comments(file.read_text(encoding="utf-8")), properties.get(file.stem, {}))
        for file in sorted(MODELS.rglob("*.sql"))
    )


def without_comments(sql: str) -> str:
    """The SQL without comments of either language."""
    return re.sub(r"\{#.*?#\}|/\*.*?\*/|--[^\n]*", " ", sql, flags=re.DOTALL)
