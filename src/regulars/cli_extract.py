"""`regulars extract`: customers joined to their purchases, and what is missing on either side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings, user
from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.serve.extract import counts, rows
from regulars.serve.queries import Queries
from regulars.terminal import errors, print_json, print_table


def extract(
    output: Annotated[
        Path | None, typer.Argument(help="A file for the rows: .csv, .json, .parquet or .xlsx; none = only count them.")
    ] = None,
    found_in: Annotated[
        list[str] | None,
        typer.Option("--found-in", help="In the file, only these: both, customers or purchases; may be repeated."),
    ] = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Customers joined to their purchases: also customers without purchases, and purchases without a customer."""
    settings = chosen_settings(settings_file, warehouse, environment)
    engine = open_engine(settings)
    queries = Queries(engine, settings.shop)
    counted = counts(queries)
    if output is not None:
        from regulars.activate.exports import export_rows
        from regulars.activate.noting import EXTRACT, noted

        ledger = ExportLedger(engine.journal)
        with (
            errors.status(f"Writing {output}"),
            rows(queries, found_in or []) as reader,
            noted(ledger, output, EXTRACT, user()) as entry,
        ):
            entry.rows = export_rows(entry.holding(reader), output)
        errors.print(f"{entry.rows:,} rows written to {output}")
        if entry.problem:
            errors.print(f"  [yellow]![/] {escape(entry.problem)}")
    if as_json:
        print_json(counted.to_pylist())
        return
    print_table(counted, "Customers and their purchases")
