"""Looks for a person: in the text of every table, in the ids of every table, and in the bytes of every file.

An address or number is a trace only where no letter or digit goes on beside it: anna@shop.example is none in
joanna@shop.example. Names and postal addresses are looked for too, but others may have the same.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars import catalog
from regulars.engines.base import Session
from regulars.land.parse import quoted
from regulars.privacy.person import Person

# What must not be found anywhere once somebody is erased; the others may be somebody else's.
OWN = ("email", "phone", "key", "customer_id")
# Schemas of ours, whatever a generation adds to their names; other tables of a database are not ours to look into.
_OURS = frozenset((*catalog.DURABLE_SCHEMAS, *catalog.DERIVED_SCHEMAS, "live"))
# A file may be called by an address. None of these ends a domain.
_FILE_ENDING = "(csv|tsv|json|jsonl|parquet|xlsx|xls|html|pdf|txt)"
_CHUNK = 8 * 2**20
_OVERLAP = 4096
_PLAIN = ("BIGINT", "INTEGER", "SMALLINT", "DOUBLE", "FLOAT", "BOOLEAN", "DATE", "HUGEINT")
_PLAIN_TYPES = (*_PLAIN, "DOUBLE PRECISION", "REAL", "NUMERIC", "BYTEA", "BLOB", "UUID", "OID")
_COLUMNS = """
select
    cast(columns.table_schema as varchar) as schema, cast(columns.table_name as varchar) as name,
    cast(columns.column_name as varchar) as "column", upper(cast(columns.data_type as varchar)) as type
from information_schema.columns as columns
inner join information_schema.tables as tables
    on tables.table_schema = columns.table_schema and tables.table_name = columns.table_name
    and tables.table_catalog = columns.table_catalog
where columns.table_catalog = current_database() and tables.table_type = 'BASE TABLE'
    and columns.table_schema not in ('information_schema', 'pg_catalog')
order by 1, 2, columns.ordinal_position
"""


@dataclass
class Wanted:
    """What is looked for: per kind the texts in lower case, and the golden ids."""

    texts: dict[str, list[str]]
    customer_ids: list[int]

    def pattern(self, kind: str) -> str:
        """A regular expression, the same for Python, DuckDB and PostgreSQL."""
        parts = "|".join(_escaped(text) for text in sorted(self.texts.get(kind, []), key=len, reverse=True))
        if kind == "phone":
            return rf"(^|[^0-9])({parts})($|[^0-9])"
        return rf"(^|[^a-z0-9._%+-])({parts})($|[^a-z0-9_.-]|\.($|[^a-z0-9]|{_FILE_ENDING}($|[^a-z0-9])))"

    @property
    def kinds(self) -> list[str]:
        """The kinds of text that there is anything to look for of."""
        return [kind for kind, texts in self.texts.items() if texts and kind != "key"]


@dataclass
class Traces:
    """What was found: per kind and place how many rows or files; and how much was looked through."""

    found: dict[str, dict[str, int]] = field(default_factory=dict)
    tables: int = 0
    files: int = 0
    bytes: int = 0

    def add(self, kind: str, place: str, number: int) -> None:
        """Notes what was found of a kind at a place."""
        if number:
            places = self.found.setdefault(kind, {})
            places[place] = places.get(place, 0) + number

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found that must be the person's own."""
        return not any(self.found.get(kind) for kind in OWN)


def wanted(person: Person, received: Iterable[pa.RecordBatch]) -> Wanted:
    """What to look for: a person's identifiers as landing reads them and as they were written in the rows."""
    digits = {re.sub(r"\D", "", phone) for phone in person.phones}
    emails, phones = set(person.emails), {*person.phones, *digits}
    others: dict[str, set[str]] = {"name": set(), "address": set()}
    for batch in received:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if not pa.types.is_string(column.type):
                continue
            for value in pc.unique(column.drop_null()).to_pylist():
                text, number = value.strip().lower(), re.sub(r"\D", "", value)
                if any(email in text for email in person.emails) and len(text) < 200 and " " not in text:
                    emails.add(text.removeprefix("mailto:"))
                if len(number) >= 7 and len(value) < 30 and any(known.endswith(number[-7:]) for known in digits):
                    phones.add(text)
                if re.search("name|address|street", name.lower()) and len(text) > 7 and " " in text:
                    others["name" if "name" in name.lower() else "address"].add(text)
    emails |= {hashlib.sha256(email.encode()).hexdigest() for email in person.emails}
    phones |= {hashlib.sha256(number.encode()).hexdigest() for number in {*person.phones, *digits}}
    texts = {"email": emails, "phone": phones, "key": {key.lower() for key in person.keys}, **others}
    return Wanted({kind: sorted(found) for kind, found in texts.items()}, list(person.customer_ids))


def search_tables(session: Session, what: Wanted, place: str, traces: Traces) -> None:
    """Counts the rows of every table of an open warehouse in which something stands."""
    tables: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in session.query(_COLUMNS).to_pylist():
        if row["schema"].partition("__")[0] in _OURS:
            tables.setdefault((row["schema"], row["name"]), []).append((row["column"], row["type"]))
    for (schema, name), columns in tables.items():
        counts = _counts(columns, what, session.dialect)
        traces.tables += 1
        if counts:
            listed = ", ".join(f"count(*) filter (where {test}) as {kind}" for kind, test in counts.items())
            found = session.query(f"select {listed} from {_line(schema, name, columns)}").to_pylist()[0]
            for kind, number in found.items():
                traces.add(kind, f"{place}: {schema}.{name}", number)


def search_files(folders: Sequence[Path], what: Wanted, traces: Traces, passed_over: Sequence[str] = ()) -> list[Path]:
    """Looks through every byte of every file, of packed ones through what is packed; returns the files with traces."""
    patterns = {kind: re.compile(what.pattern(kind).encode(), re.IGNORECASE) for kind in what.kinds}
    hits = []
    for file in files_in(folders):
        if file.name in passed_over:
            continue
        try:
            traces.bytes += file.stat().st_size
            kinds = {kind for part in _parts(file) for kind in _kinds_in(part, patterns)}
        except FileNotFoundError:
            continue
        traces.files += 1
        for kind in kinds:
            traces.add(kind, f"file {file}", 1)
        if kinds & set(OWN):
            hits.append(file)
    return hits


def has_cell(file: Path, values: Sequence[str]) -> bool:
    """Whether one of these texts is all of a text cell of a table: the first of a line of CSV, or any of another."""
    found = "|".join(_escaped(value.lower()) for value in values)
    pattern = re.compile(rf"[\n\r\"]({found})[\n\r\",]|<t[^>]*>({found})</t>".encode(), re.IGNORECASE)
    ends = [b"\n"]
    return bool(values) and any(_kinds_in(chain(ends, part, ends), {"key": pattern}) for part in _parts(file))


def files_in(places: Sequence[Path]) -> Iterator[Path]:
    """The files of folders, and files themselves, in order."""
    for place in places:
        yield from [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())


def _line(schema: str, name: str, columns: list[tuple[str, str]]) -> str:
    texts = [column for column, type_ in columns if _is_text(type_)]
    parts = ", ".join(f'cast("{_doubled(column)}" as varchar)' for column in texts)
    line = f"lower(concat_ws(chr(31), {parts}))" if texts else "''"
    return f'(select *, {line} as searched_line from "{schema}"."{_doubled(name)}") as searched'


def _counts(columns: list[tuple[str, str]], what: Wanted, dialect: str) -> dict[str, str]:
    tests: dict[str, str] = {}
    if any(_is_text(type_) for _, type_ in columns):
        for kind in what.kinds:
            pattern = quoted(what.pattern(kind))
            tests[kind] = (
                f"regexp_matches(searched_line, {pattern})" if dialect == "duckdb" else f"searched_line ~ {pattern}"
            )
    keys = [column for column, type_ in columns if _is_text(type_) and column.endswith("_key")]
    if keys and what.texts.get("key"):
        listed = ", ".join(map(quoted, what.texts["key"]))
        tests["key"] = " or ".join(f'lower("{column}") in ({listed})' for column in keys)
    # `last_customer_id` is the number that was given last, whosever it was.
    ids = [
        column
        for column, type_ in columns
        if type_ == "BIGINT" and column.endswith(("customer_id", "redirected_to")) and column != "last_customer_id"
    ]
    if ids and what.customer_ids:
        listed = ", ".join(map(str, what.customer_ids))
        tests["customer_id"] = " or ".join(f'"{column}" in ({listed})' for column in ids)
    return tests


def _parts(file: Path) -> Iterator[Iterator[bytes]]:
    """The bytes of a file, and of what is packed in it."""
    with file.open("rb") as stream:
        yield iter(lambda: stream.read(_CHUNK), b"")
    if file.suffix == ".gz":
        with gzip.open(file) as packed:
            yield iter(lambda: packed.read(_CHUNK), b"")
    elif file.suffix == ".parquet":
        yield _parquet(file)
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield iter(lambda: member.read(_CHUNK), b"")


def _parquet(file: Path) -> Iterator[bytes]:
    with pq.ParquetFile(file) as table:
        for batch in table.iter_batches():
            for column in batch.columns:
                if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                    yield b"\n".join(value.encode() for value in pc.unique(column.drop_null()).to_pylist()) + b"\n"


def _kinds_in(chunks: Iterator[bytes], patterns: Mapping[str, re.Pattern[bytes]]) -> set[str]:
    before, kinds = b"", set()
    for chunk in chunks:
        piece = before + chunk
        kinds |= {kind for kind, pattern in patterns.items() if kind not in kinds and pattern.search(piece)}
        before = piece[-_OVERLAP:]
    return kinds


def _is_text(type_: str) -> bool:
    return not type_.startswith(("DECIMAL", "TIMESTAMP", "TIME")) and type_ not in _PLAIN_TYPES


def _escaped(text: str) -> str:
    """As a literal of all three dialects: what is no letter or digit gets a backslash, but for spaces and beyond."""
    return re.sub(r"([^0-9a-z\s\x80-\U0010ffff])", r"\\\1", text)


def _doubled(name: str) -> str:
    return name.replace('"', '""')
