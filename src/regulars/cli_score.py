"""`regulars score`: new customers, by the published models."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings, user
from regulars.prediction_settings import VALUE_HORIZONS
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
    """Segment, cluster, value and churn of new customers by the published models, without training them again."""
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
            scored_by=user(),
        )
    if as_json:
        print_json([_as_dict(report)])
    else:
        _show(report)


def _as_dict(report: ScoreReport) -> dict[str, object]:
    tables = {"clusters": _clusters(report), "segments": _segments(report), "problems": dict(report.problems)}
    return {**vars(report), **tables}


def _clusters(report: ScoreReport) -> list[dict[str, object]]:
    return [
        {"cluster_id": number, "cluster_name": name, "customers": count, "share": count / max(report.scored, 1)}
        for (number, name), count in sorted(report.clusters.items())
    ]


def _segments(report: ScoreReport) -> list[dict[str, object]]:
    return [
        {"segment": name, "customers": count, "share": count / max(report.scored, 1)}
        for name, count in report.segments.most_common()
    ]


def _foretold(report: ScoreReport) -> list[dict[str, object]]:
    return [
        {
            "days_ahead": days,
            "customers": report.foretold,
            "expected_orders": report.totals[f"expected_orders_{days}"],
            "expected_value": report.totals[f"expected_value_{days}"],
        }
        for days in VALUE_HORIZONS
    ]


def _show(report: ScoreReport) -> None:
    of = f" from their orders as of the start of {report.as_of}" if report.kind == "orders" else ""
    console.print(
        f"\n[bold]{report.scored:,} of {report.rows:,} customers scored[/]{of}  by the models of run {report.model}"
    )
    for title, rows in (("Segments", _segments(report)), ("Clusters", _clusters(report))):
        if rows:
            print_table(pa.Table.from_pylist(rows), title)
    if report.foretold:
        print_table(pa.Table.from_pylist(_foretold(report)), "What they will buy")
        console.print(
            f"{report.likely_to_leave:,} of {report.foretold:,} will more likely than not place no order within"
            f" {report.churn_horizon} days. `regulars predictions` says how good that is."
        )
    for note in report.notes:
        errors.print(f"  [yellow]![/] {escape(note)}")
    for problem, count in report.problems.most_common():
        errors.print(f"  [yellow]![/] {count:,} not scored: {escape(problem)}")
    if report.output is not None:
        console.print(f"Written to {report.output}")
    else:
        console.print("Write what is said of each customer to a file with --output scored.csv")
