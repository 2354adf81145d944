"""`regulars export`: lists and audiences out, what they brought, and the folder for BI tools."""

from __future__ import annotations

import datetime as dt
import json
import typing
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, cast

import pyarrow as pa
import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings, user
from regulars.engines.base import open_engine
from regulars.engines.export_ledger import ExportLedger
from regulars.errors import InputError
from regulars.serve.queries import Queries
from regulars.serve.selection import Consent, Selection
from regulars.settings import Settings
from regulars.terminal import console, errors, print_json, print_table

_LISTED = (
    *("export_id", "name", "status", "format", "started_at", "exported_by", "exported", "held_back", "control_share"),
    "path",
)


def export(
    output: Annotated[
        Path | None, typer.Argument(help="The file: .csv, .json, .parquet or .xlsx; audiences are .csv.")
    ] = None,
    segment: Annotated[
        list[str] | None, typer.Option("--segment", "-s", help="Only this segment; may be repeated.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", "-c", help="Only this column; may be repeated.")
    ] = None,
    cluster: Annotated[
        list[str] | None, typer.Option("--cluster", help="Only this cluster, by name or number; may be repeated.")
    ] = None,
    health: Annotated[
        list[str] | None, typer.Option("--health", help="Only this state of health, such as Critical; may be repeated.")
    ] = None,
    churn_above: Annotated[
        float | None, typer.Option("--churn-above", min=0, max=1, help="Only with a higher probability of churn.")
    ] = None,
    value_above: Annotated[
        float | None, typer.Option("--value-above", help="Only with a higher expected value of the next 365 days.")
    ] = None,
    file_format: Annotated[str | None, typer.Option("--format", help="csv, json, parquet or xlsx.")] = None,
    audience: Annotated[
        str | None,
        typer.Option(
            "--audience", "-a", help="In the format of a platform: braze, google, klaviyo, mailchimp or meta."
        ),
    ] = None,
    consent: Annotated[
        str | None,
        typer.Option(
            help="Who may be in it: explicit = who agreed, unless_refused = also who was never asked, all."
            " Default: all, and for audiences what the settings say."
        ),
    ] = None,
    control: Annotated[
        float, typer.Option("--control", min=0, max=0.99, help="Share of customers held back, to measure against.")
    ] = 0.0,
    name: Annotated[str | None, typer.Option("--name", help="What the export is called. Default: as the file.")] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", help="Another seed, other customers held back. Default: the name.")
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", metavar="NAME", help="What an export brought, by its name or id.")
    ] = None,
    since: Annotated[
        dt.datetime | None,
        typer.Option(
            "--since", formats=["%Y-%m-%d"], help="With --measure: first day. Default: the day of the export."
        ),
    ] = None,
    bi: Annotated[
        Path | None, typer.Option("--bi", metavar="FOLDER", help="A star schema for Power BI and Tableau, in a folder.")
    ] = None,
    list_exports: Annotated[bool, typer.Option("--list", help="The exports so far, newest first.")] = False,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Write customers to a file, in your columns or as an audience for a platform; measure what it brought."""
    settings = chosen_settings(settings_file, warehouse, environment)
    chosen = [output is not None, measure is not None, bi is not None, list_exports]
    if sum(chosen) != 1:
        raise InputError(
            "Say one thing to do: a file to write, such as `regulars export list.csv`, or --bi FOLDER, --measure NAME"
            " or --list."
        )
    engine = open_engine(settings)
    queries, ledger = Queries(engine, settings.shop), ExportLedger(engine.journal)
    if list_exports:
        _list(ledger, as_json)
    elif measure is not None:
        _measure(settings, queries, ledger, measure, since.date() if since else None, as_json)
    elif bi is not None:
        _star(queries, ledger, bi, as_json)
    elif output is not None:
        from regulars.activate.exporting import ExportRequest, make_export, settings_for_export

        request = ExportRequest(
            path=output,
            selection=Selection(
                tuple(segment or ()), tuple(cluster or ()), tuple(health or ()), churn_above, value_above
            ),
            format=file_format,
            audience=audience,
            columns=tuple(column or ()),
            consent=_consent(consent, settings, audience),
            name=name or "",
            control_share=control,
            seed=seed or "",
            exported_by=user(),
        )
        with errors.status(f"Writing {output}"):
            made = make_export(Queries(open_engine(settings_for_export(settings)), settings.shop), ledger, request)
        if as_json:
            print_json([vars(made)])
            return
        console.print(f"{made.exported:,} customers written to {output}{_through(made.data_through)}")
        for line in _about(made.left_out, made.held_back, control, made.name):
            console.print(line)
        if made.next_step:
            console.print(f"Next: {escape(made.next_step)}")


def _consent(given: str | None, settings: Settings, audience: str | None) -> Consent:
    known = typing.get_args(Consent)
    chosen = given or (settings.exports.consent if audience else "all")
    if chosen not in known:
        raise InputError(f"`{chosen}` is no rule of consent. Choose one of: {', '.join(known)}.")
    return cast(Consent, chosen)


def _through(day: str) -> str:
    return f", data through {day}" if day else ""


def _about(left_out: Mapping[str, int], held_back: int, control: float, name: str) -> Iterator[str]:
    """What is not in the file, and why."""
    if left_out:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
        yield f"{sum(left_out.values()):,} left out: {reasons}"
    if control:
        yield f"{held_back:,} held back; `regulars export --measure {escape(name)}` compares with them later"


def _list(ledger: ExportLedger, as_json: bool) -> None:
    entries = ledger.entries()
    if as_json:
        rows = entries.to_pylist()
        for row in rows:
            row |= {key: json.loads(row[key]) for key in ("selection", "left_out") if row[key]}
        print_json(rows)
    elif not entries.num_rows:
        console.print("Nothing was exported yet. `regulars export list.csv --segment Champions` writes a list.")
    else:
        print_table(entries.select(list(_LISTED)), "Exports")


def _star(queries: Queries, ledger: ExportLedger, folder: Path, as_json: bool) -> None:
    from regulars.activate.star import write_star

    with errors.status(f"Writing {folder}"):
        star = write_star(queries, ledger, folder, user())
    if as_json:
        print_json([vars(table) for table in star.tables])
        return
    console.print(
        f"{len(star.tables)} tables as of the start of {star.as_of}{_through(star.data_through)} written to {folder}"
    )
    print_table(
        pa.table({name: [getattr(table, name) for table in star.tables] for name in ("name", "rows", "meaning")}),
        wide=("meaning",),
    )
    console.print(f"How they are related: {folder / 'README.md'}")


def _measure(
    settings: Settings, queries: Queries, ledger: ExportLedger, name: str, since: dt.date | None, as_json: bool
) -> None:
    from regulars.activate.measuring import measure_export
    from regulars.activate.measuring_words import said

    with errors.status(f"Measuring {name}"):
        measured = measure_export(queries, ledger, name, settings.shop.timezone, since)
    if as_json:
        print_json([asdict(measured)])
        return
    table, lines = said(measured, queries.basis().currency)
    console.print(
        f"\n[bold]{escape(measured.name)}[/]  export {measured.export_id},"
        f" orders from {measured.since} to the day before {measured.until}"
    )
    print_table(table)
    for line in lines:
        console.print(line)
