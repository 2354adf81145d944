"""Audience formats: which columns a platform takes, how they are normalised, and which of them are hashed.

A format is data (`formats/*.toml`): per column its header and an expression of DuckDB SQL over the columns of
customer_360 and `country_code`, the ISO code that the country's name stands for. So it is the same on every warehouse.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyarrow as pa
import pyarrow.compute as pc

from regulars.errors import InputError

_WORD = re.compile(r"'[^']*'|\b[a-z_]+\b")


@dataclass(frozen=True)
class AudienceColumn:
    """One column of the file: its header, its normalised value as SQL, and whether its SHA-256 stands for it."""

    header: str
    value: str
    hash: bool = False


@dataclass(frozen=True)
class AudienceFormat:
    """What a platform takes: `needs` one of these contacts, and the columns `together` only where all are known."""

    name: str
    title: str
    meaning: str
    next_step: str
    needs: tuple[str, ...]
    columns: tuple[AudienceColumn, ...]
    together: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """The first line of the file."""
        return tuple(column.header for column in self.columns)

    @property
    def shows_contacts(self) -> bool:
        """Whether e-mail addresses can be read in the file, as in lists for sending."""
        return any(column.value == "email" and not column.hash for column in self.columns)

    def fields(self, present: Sequence[str]) -> list[str]:
        """The columns of customer_360 that the format reads, of those that are present."""
        words = {word for column in self.columns for word in _WORD.findall(column.value)}
        words |= {"country"} if "country_code" in words else set()
        return [column for column in present if column in words]

    @property
    def sql(self) -> str:
        """The query that makes the file's rows from `incoming`, whose `country_code` is known."""
        values = [f"nullif(trim({column.value}), '')" for column in self.columns]
        inner = ", ".join(f"{value} as c{place}" for place, value in enumerate(values))
        whole = " and ".join(f"c{self.headers.index(header)} is not null" for header in self.together)
        outer = []
        for place, column in enumerate(self.columns):
            value = f"sha256(c{place})" if column.hash else f"c{place}"
            if column.header in self.together:
                value = f"case when {whole} then {value} end"
            outer.append(f'{value} as "{column.header}"')
        return f"select {', '.join(outer)} from (select {inner} from incoming) as normalised"


def audience_formats() -> list[AudienceFormat]:
    """Every format that ships, by name."""
    folder = files("regulars.activate") / "formats"
    names = sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    return [audience_format(name) for name in names]


@cache
def audience_format(name: str) -> AudienceFormat:
    """The format of a platform.

    Raises:
        InputError: There is none of this name.
    """
    folder = files("regulars.activate") / "formats"
    known = sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    if name not in known:
        raise InputError(f"There is no audience format `{name}`. Choose one of: {', '.join(known)}.")
    content = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    columns = tuple(AudienceColumn(**column) for column in content["columns"])
    return AudienceFormat(
        name=name,
        title=content["title"],
        meaning=content["meaning"],
        next_step=content["next_step"],
        needs=tuple(content["needs"]),
        columns=columns,
        together=tuple(content.get("together", ())),
    )


def with_country_codes(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with `country_code` beside `country`; null where the word means no country that we know."""
    if "country" not in batch.schema.names:
        return batch
    names, codes = _countries()
    words = pc.utf8_lower(pc.utf8_trim_whitespace(batch.column("country").cast(pa.string())))
    return batch.append_column("country_code", codes.take(pc.index_in(words, value_set=names)))


@cache
def _countries() -> tuple[pa.Array, pa.Array]:
    text = (files("regulars.activate") / "countries.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    meanings = {row["name"].lower(): row["code"] for row in rows} | {row["code"].lower(): row["code"] for row in rows}
    return pa.array(list(meanings), pa.string()), pa.array(list(meanings.values()), pa.string())
