"""`regulars score`: new customers, by the published clusters."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.terminal import console, errors, print_json, print_table

if TYPE_CHECKING:
    from regulars.serve.scored_rows import ScoreReport


def score(
    file: Annotated[str, typer.Argument(help="Customers with recency, frequency and monetary, or their orders.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write: .csv, .json, .parquet or .xlsx.")
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="For orders: start of this day is now. Default: after the newest."
        ),
    ] = None,
    decimal: Annotated[str, typer.Option(help="Decimal sign of the numbers.")] = ".",
    file_format: Annotated[str | None, typer.Option("--format", help="csv, json, parquet or xlsx.")] = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Find the clusters of new customers by the published model, without training it again."""
    from regulars.scoring import score_file

    with errors.status("Scoring") as spinner:
        report = score_file(
            chosen_settings(settings_file, warehouse, environment),
            file,
            output,
            kind=file_format,
            as_of=as_of.date() if as_of else None,
            decimal=decimal,
            on_progress=lambda words: spinner.update(f"Scoring: {words}"),
        )
    if as_json:
        print_json([_as_dict(report)])
    else:
        _show(report)


def _as_dict(report: ScoreReport) -> dict[str, object]:
    return {**vars(report), "clusters": _clusters(report), "problems": dict(report.problems)}


def _clusters(report: ScoreReport) -> list[dict[str, object]]:
    return [
        {"cluster_id": number, "cluster_name": name, "customers": count, "share": count / max(report.scored, 1)}
        for (number, name), count in sorted(report.clusters.items())
    ]


def _show(report: ScoreReport) -> None:
    of = f" from their orders as of the start of {report.as_of}" if report.as_of else ""
    console.print(
        f"\n[bold]{report.scored:,} of {report.rows:,} customers scored[/]{of}  by the model of run {report.model}"
    )
    if report.clusters:
        print_table(pa.Table.from_pylist(_clusters(report)))
    for problem, count in report.problems.most_common():
        errors.print(f"  [yellow]![/] {count:,} not scored: {escape(problem)}")
    if report.output is not None:
        console.print(f"Written to {report.output}")
    else:
        console.print("Write each customer's cluster to a file with --output scored.csv")
