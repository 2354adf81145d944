"""Tables that lie where Spark reads them: each build shows their rows where they lie, and only people are brought home.

Who is one person is found out at home. Of mapped customers it needs the records, of mapped orders each customer's
contacts once, however many orders there are: Spark's workers find these, and they come by Arrow, batch by batch.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.known import show_known
from regulars.engines.lake import Lake
from regulars.engines.lake_catalog import LakeCatalog
from regulars.engines.spark_tables import DATABASES, LakeSession

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# The selections of mapped rows in Spark's SQL, for the build may be made in another process, long after.
_SELECTIONS = "staging.mapped_selections"
_CONTACTS = ("source", "customer_key", "email", "phone", "_load_id")
# Models read events, and nobody becomes known by them.
_WITH_PEOPLE = ("customers", "orders", "order_lines")


class TableSession(LakeSession):
    """A Session on the tables of Spark's catalog that are not ours."""

    def tables(self) -> pa.Table:
        """Every table and view of the catalog, without those of a build; names are all that is looked up."""
        listed = self.query("show databases").column(0).to_pylist()
        rows = [
            {"schema": database, "table_name": table}
            for database in sorted(set(listed) - set(DATABASES))
            for table in sorted(self._names(database))
        ]
        return pa.Table.from_pylist(rows, pa.schema([("schema", pa.string()), ("table_name", pa.string())]))

    def _names(self, database: str) -> list[str]:
        shown = self.query(f"show tables in {database}").to_pylist()
        return [row["tableName"] for row in shown if not row["isTemporary"]]


@contextmanager
def table_session(spark: SparkSession, lake: Lake) -> Iterator[TableSession]:
    """A session on the user's tables; what it keeps in the lake while it streams is removed in the end."""
    folder = f"asked/{secrets.token_hex(6)}"
    try:
        yield TableSession(spark, lake, LakeCatalog(folder))
    finally:
        lake.remove(folder)


def bring_people(durable: Session, tables: Session, selections: Mapping[str, Sequence[str]]) -> None:
    """Brings the records of mapped customers and the contacts of mapped orders home, in the place of those there are.

    Args:
        durable: The home's durable side, in a transaction.
        tables: Where Spark reads the tables.
        selections: Spark's SQL of their rows in the shape of staging, by entity.
    """
    brought = {}
    for entity in _WITH_PEOPLE:
        table = _brought(entity)
        durable.execute(f"drop table if exists {table}")
        mapped = selections.get(entity, ())
        if mapped:
            staged = catalog.STAGED[entity]
            durable.execute(f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in staged.columns)})")
            for selection in mapped:
                durable.append(table, tables.stream(_people(entity, selection)))
            brought[entity] = [f"select * from {table}"]
    show_known(durable, brought)
    rows = [{"entity": entity, "selection": sql} for entity, mapped in selections.items() for sql in mapped]
    durable.replace(_SELECTIONS, pa.Table.from_pylist(rows, _SELECTION_SCHEMA))


def known_views(durable: Session) -> dict[str, str]:
    """Spark's statements that make the views of what is known in a build, by the views' names.

    Args:
        durable: The home's durable side.
    """
    selections: dict[str, list[str]] = {}
    if durable.columns(_SELECTIONS):
        for row in durable.query(f"select entity, selection from {_SELECTIONS}").to_pylist():
            selections.setdefault(row["entity"], []).append(row["selection"])
    return {
        view: f"create or replace view {view} as {catalog.known_rows(entity, selections.get(entity, ()))}"
        for entity, view in catalog.KNOWN.items()
    }


_SELECTION_SCHEMA = pa.schema([("entity", pa.string()), ("selection", pa.string())])


def _brought(entity: str) -> str:
    schema, table = catalog.STAGED[entity].name.split(".")
    return f"{schema}.mapped_{table}"


def _people(entity: str, selection: str) -> str:
    """The rows of a selection that tell of people: records as they are, orders once for each customer and contact."""
    if entity == "customers":
        return selection
    columns = ", ".join(_CONTACTS)
    return f"select distinct {columns} from ({selection}) as mapped where customer_key is not null"
