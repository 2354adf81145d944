"""The BI folder: the published warehouse as a star schema, each table as Parquet and as CSV, replaced as a whole.

Which tables there are, and how they are related, is data (`star.toml`); the calendar is made here. All tables are of
one published build.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars import marts
from regulars.activate.date_dimension import date_dimension
from regulars.activate.exporting import file_hash
from regulars.engines.export_ledger import MEMBERS, Export, ExportLedger, Outcome
from regulars.engines.files import sync, under_way, write_file
from regulars.engines.folders import replace_folder
from regulars.errors import InputError, WarehouseError
from regulars.serve.basis import read_state
from regulars.serve.queries import Queries

MANIFEST = "star.json"
_DATES = "dim_dates"
_CUSTOMERS = "dim_customers"
_PART_ROWS = 500_000
_SPAN = f"""
select min(day) as first_day, max(day) as last_day
from (
    select order_date as day from {marts.FCT_ORDERS}
    union all
    select date as day from {marts.FORECAST}
) as days
"""


@dataclass(frozen=True)
class StarTable:
    """One written table: key, what a row is, rows, columns with their types, and the hash of each file."""

    name: str
    key: str
    meaning: str
    rows: int
    columns: Mapping[str, str]
    sha256: Mapping[str, str]


@dataclass(frozen=True)
class Star:
    """A written folder."""

    export_id: str
    path: Path
    as_of: str
    data_through: str
    tables: tuple[StarTable, ...]


def write_star(queries: Queries, ledger: ExportLedger, path: Path, exported_by: str) -> Star:
    """Writes the folder, in the place of the one that was there.

    Raises:
        InputError: The place holds something else or cannot be written, or there is no order yet.
    """
    if path.exists() and not (path.is_dir() and (not any(path.iterdir()) or (path / MANIFEST).is_file())):
        raise InputError(
            f"{path} holds something that is no BI folder of Regulars, and would be replaced. Name another folder."
        )
    plan = tomllib.loads((files("regulars.activate") / "star.toml").read_text(encoding="utf-8"))
    with queries.session() as live:
        span = live.query(_SPAN).to_pylist()[0]
        state = live.query(f"select run_id from {marts.RUN_PARAMETERS}").to_pylist()
        as_of, through = (day or "" for day in read_state(live))
        if span["first_day"] is None:
            raise InputError("There is no order yet, so there is nothing for a BI tool. Land orders and run.")
        export_id = ledger.begin(
            Export(
                name=path.name,
                format="bi",
                path=str(path.absolute()),
                exported_by=exported_by,
                run_id=state[0]["run_id"] or "",
                as_of=as_of,
            )
        )
        try:
            with under_way(path) as half:
                half.mkdir()
                dates = date_dimension(span["first_day"], span["last_day"])
                tables = [_table(half, dates.to_reader(), _DATES, "date", "One row per day of whole years.")]
                for planned in plan["tables"]:
                    reader = live.stream(planned["query"])
                    tables.append(_table(half, reader, planned["name"], planned["key"], planned["meaning"]))
                _keep_members(ledger, export_id, half / f"{_CUSTOMERS}.parquet")
                _describe(half, as_of, through, tables, plan["relationships"])
                sync(half)
                sha256 = file_hash(half / MANIFEST)
                size = sum(file.stat().st_size for file in half.iterdir())
                replace_folder(half, path)
                sync(path.absolute().parent)
        except BaseException as error:
            with suppress(WarehouseError):
                ledger.fail(export_id, f"{type(error).__name__}: {error}")
            if isinstance(error, OSError):
                raise InputError(f"Cannot write {path}: {error}. Choose another place or free disk space.") from None
            raise
    customers = next(table.rows for table in tables if table.name == _CUSTOMERS)
    ledger.finish(export_id, Outcome(customers, 0, {}, size, sha256))
    return Star(export_id, path, as_of, through, tuple(tables))


def _table(folder: Path, reader: pa.RecordBatchReader, name: str, key: str, meaning: str) -> StarTable:
    columns = {field.name: str(field.type) for field in reader.schema}
    parquet, csv = folder / f"{name}.parquet", folder / f"{name}.csv"
    rows = write_file(reader, parquet, "parquet")
    # From the file rather than from the warehouse again: the two are the same rows.
    with pq.ParquetFile(parquet) as written:
        write_file(pa.RecordBatchReader.from_batches(written.schema_arrow, written.iter_batches()), csv, "csv")
    return StarTable(name, key, meaning, rows, columns, {file.name: file_hash(file) for file in (parquet, csv)})


def _keep_members(ledger: ExportLedger, export_id: str, customers: Path) -> None:
    with pq.ParquetFile(customers) as written:
        for part, batch in enumerate(written.iter_batches(_PART_ROWS, columns=["customer_id"])):
            nobody = pa.repeat(pa.scalar(False), batch.num_rows)
            ledger.add_members(export_id, part, pa.table([batch.column(0), nobody], schema=MEMBERS))


def _describe(
    folder: Path, as_of: str, through: str, tables: Sequence[StarTable], relationships: list[dict[str, Any]]
) -> None:
    """The manifest for programs and the page for people."""
    content = {
        "as_of": as_of,
        "data_through": through,
        "tables": [asdict(table) for table in tables],
        "relationships": relationships,
    }
    (folder / MANIFEST).write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")
    page = (files("regulars.activate") / "star_readme.md").read_text(encoding="utf-8")
    listed = "\n".join(f"| `{table.name}` | `{table.key}` | {table.rows:,} | {table.meaning} |" for table in tables)
    related = "\n".join(
        f"| `{one['from']}` | `{one['to']}` | {'yes' if one.get('is_active', True) else 'no'} |"
        for one in relationships
    )
    days = page.replace("{as_of}", as_of).replace("{data_through}", through or "no day")
    filled = days.replace("{tables}", listed).replace("{relationships}", related)
    (folder / "README.md").write_text(filled, encoding="utf-8")
