"""A table that lies in the warehouse, as its settings name it: how it is read, its columns and its first rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from glob import iglob
from pathlib import Path

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Engine, Session
from regulars.errors import InputError, SettingsError
from regulars.land.parse import quoted
from regulars.land.table_dialects import DIALECTS, Dialect
from regulars.land.table_fields import Kind, kind_of, refuse_wrong_kinds
from regulars.source_settings import Entity, SourceSettings
from regulars.sources.detect import columns_by_synonyms, refuse_if_missing, refuse_odd_name, refuse_unknown_fields

_OWN_SCHEMAS = (*catalog.DURABLE_SCHEMAS, *catalog.DERIVED_SCHEMAS)
_PARQUET = re.compile(r"[/\\*]|\.parquet$")


@dataclass(frozen=True)
class MappedTable:
    """A table of the warehouse that was found, and how its columns become an entity's fields.

    Attributes:
        source: The name of the source.
        name: The table as the settings name it.
        relation: The table as SQL.
        entity: What its rows are.
        columns: Its columns.
        fields: Expression over the columns per mapped field.
        kinds: What each expression gives.
        settings: The settings of the source.
        dialect: The SQL of the warehouse.
    """

    source: str
    name: str
    relation: str
    entity: Entity
    columns: tuple[str, ...]
    fields: Mapping[str, str]
    kinds: Mapping[str, Kind]
    settings: SourceSettings
    dialect: Dialect

    def first_rows(self, session: Session, rows: int = 5) -> pa.Table:
        """A few of its rows, as they are."""
        return session.query(f"select * from {self.relation} limit {rows}")


def find_table(session: Session, engine: Engine, source: str, settings: SourceSettings) -> MappedTable:
    """Finds the table of a source and tries every expression on none of its rows.

    Raises:
        InputError: There is no such table, or a required field has no column.
        SettingsError: A field is not known, its expression does not run, or gives what the field cannot be.
    """
    name, entity = settings.table, settings.entity
    if name is None or entity is None:
        raise SettingsError(f"[sources.{source}] names no table with an entity.")
    refuse_odd_name(source)
    dialect = DIALECTS[session.dialect]
    relation = _relation(session.dialect, name, source, dialect)
    try:
        columns = session.query(f"select * from {relation} limit 0").column_names
    except engine.query_errors as error:
        raise InputError(_not_found(session, engine, source, name, error)) from None
    found = {field: dialect.name(column) for field, column in columns_by_synonyms(columns, entity).items()}
    refuse_unknown_fields(settings.fields, entity, source)
    fields = {**found, **settings.fields}
    refuse_if_missing(columns, fields, entity, name, source, can_make_ids=False)
    types = _types(session, engine, source, relation, columns, fields)
    refuse_wrong_kinds(source, fields, types)
    kinds = {field: kind_of(type_) for field, type_ in types.items()}
    return MappedTable(source, name, relation, entity, tuple(columns), fields, kinds, settings, dialect)


def _relation(kind: str, name: str, source: str, dialect: Dialect) -> str:
    """The table as SQL: names are quoted, and paths of Parquet files are made absolute, for a view is read anywhere."""
    if kind == "duckdb" and _PARQUET.search(name):
        pattern = f"{name}/**/*.parquet" if Path(name).is_dir() else name
        if next(iglob(pattern, recursive=True), None) is None:
            raise InputError(f"[sources.{source}] maps {name}, and no Parquet file is there. Mend `table`.")
        return f"read_parquet({quoted(str(Path(pattern).absolute()))}, union_by_name = true)"
    if kind == "spark" and _PARQUET.search(name):
        # What is no URL is a path of the machines that read it. Hadoop calls the store s3a that others call s3.
        place = name.replace("s3://", "s3a://", 1) if "://" in name else f"file://{Path(name).absolute()}"
        return f"parquet.{dialect.name(place)}"
    parts = name.split(".")
    if len(parts) > 1 and parts[-2].lower() in _OWN_SCHEMAS:
        raise SettingsError(
            f"[sources.{source}] maps {name}, which Regulars keeps for itself. Map a table of a schema of your own."
        )
    return dialect.name(*parts)


def _not_found(session: Session, engine: Engine, source: str, name: str, error: Exception) -> str:
    hidden = (*_OWN_SCHEMAS, "information_schema", "pg_catalog")
    tables = [table for table in _listed(session, engine) if table.split(".")[0] not in hidden]
    if name in tables or not tables or _PARQUET.search(name):
        return f"[sources.{source}] maps {name}, which cannot be read: {_first_line(error)} Mend `table`, or make it."
    near = get_close_matches(name, tables, n=1, cutoff=0.5)
    return (
        f"[sources.{source}] maps {name}, and the warehouse {engine.location} has no such table. It has:"
        f" {', '.join(tables)}.{f' The nearest is {near[0]}.' if near else ''} Mend `table`, or make it."
    )


def _listed(session: Session, engine: Engine) -> list[str]:
    """The tables of the warehouse, as far as it tells."""
    try:
        if session.dialect == "spark":  # which has no information_schema
            return [f"{row['schema']}.{row['table_name']}" for row in session.tables().to_pylist()]
        listed = session.query(
            "select table_schema || '.' || table_name as name from information_schema.tables"
            " where table_catalog = current_database() order by name"
        )
        return [str(table) for table in listed.column(0).to_pylist()]
    except engine.query_errors:
        return []


def _types(
    session: Session, engine: Engine, source: str, relation: str, columns: list[str], fields: Mapping[str, str]
) -> dict[str, pa.DataType]:
    """What each expression gives; all of those that do not run are told at once."""
    every = ", ".join(f"({expression}) as {field}" for field, expression in fields.items())
    try:
        schema = session.query(f"select {every} from {relation} limit 0").schema
    except engine.query_errors as error:
        problems = [
            f"  {field} = {expression}: {_first_line(problem)}"
            for field, expression in fields.items()
            if (problem := _problem(session, engine, relation, expression)) is not None
        ]
        raise SettingsError(
            f"{len(problems)} field(s) of [sources.{source}.fields] do not work:\n"
            + ("\n".join(problems) or f"  {_first_line(error)}")
            + f"\nThe columns are: {', '.join(columns)}."
        ) from None
    return {field.name: field.type for field in schema}


def _problem(session: Session, engine: Engine, relation: str, expression: str) -> Exception | None:
    try:
        session.query(f"select ({expression}) as value from {relation} limit 0")
    except engine.query_errors as error:
        return error
    return None


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") + "."
