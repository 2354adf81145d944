"""`regulars extract`: customers joined to their purchases, and what is missing on either side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import open_engine
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
    queries = Queries(open_engine(settings), settings.shop)
    counted = counts(queries)
    if output is not None:
        from regulars.activate.exports import export_rows

        with errors.status(f"Writing {output}"), rows(queries, found_in or []) as reader:
            written = export_rows(reader, output)
        errors.print(f"{written:,} rows written to {output}")
    if as_json:
        print_json(counted.to_pylist())
        return
    print_table(counted, "Customers and their purchases")
