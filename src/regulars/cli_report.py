"""`report`: one page for people who decide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from regulars.cli_options import Environment, SettingsFile, Warehouse, chosen_settings, user
from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.serve.queries import Queries
from regulars.terminal import console, errors


def report(
    output: Annotated[Path, typer.Option("--output", "-o", help="The HTML file, replaced when it exists.")] = Path(
        "report.html"
    ),
    with_names: Annotated[
        bool, typer.Option("--with-names", help="Name the customers at risk; without it they are numbers.")
    ] = False,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
) -> None:
    """Write one HTML page with figures, segments, movement, risk, retention and forecast, good on paper too."""
    from regulars.activate.noting import REPORT, noted
    from regulars.serve.report import write_report

    settings = chosen_settings(settings_file, warehouse, environment)
    engine = open_engine(settings)
    queries, ledger = Queries(engine, settings.shop), ExportLedger(engine.journal)
    # Where nothing is published nothing is entered either.
    queries.basis()

    with errors.status(f"Writing {output}"), noted(ledger, output, REPORT, user()) as entry:

        def hold(customer_ids: Sequence[int]) -> None:
            entry.hold(customer_ids)
            entry.rows = len(customer_ids)

        size = write_report(queries, output, shop=settings.shop.name, with_names=with_names, on_people=hold)
    if entry.problem:
        errors.print(f"  [yellow]![/] {escape(entry.problem)}")
    names = " It names people: treat it as confidential." if with_names else ""
    console.print(
        f"{escape(str(output))} written, {size / 1e6:,.1f} MB. Open it in a browser; print it from there.{names}",
        soft_wrap=True,
        highlight=False,
    )
