"""The command line: words in, one call, words out. No logic lives here.

Exit codes: 0 ok · 1 failed checks · 2 bad input or settings · 3 warehouse or source unreachable · 4 another run holds
the lock.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from regulars import __version__, cli_sources
from regulars import cli_views as views
from regulars.cli_clusters import clusters
from regulars.cli_demo import demo_api, demo_sources
from regulars.cli_extract import extract
from regulars.cli_identity import identity
from regulars.cli_identity_views import evaluate, explain, review, train
from regulars.cli_options import AsOf, Clusters, Json, Map, MaxWait, Quiet, SettingsFile, Warehouse, Window
from regulars.cli_options import chosen_settings as _settings
from regulars.cli_score import score
from regulars.errors import RegularsError
from regulars.settings import Settings, overridden
from regulars.terminal import StageWatcher, console, errors

app = typer.Typer(
    name="regulars",
    help="Customer segmentation you can trust: from a shop's orders to people, segments and their history.",
    epilog="Start with `regulars demo`, or with your own file: `regulars run orders.csv`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
sources = typer.Typer(help="Look at sources before anything is landed.", no_args_is_help=True)
app.add_typer(sources, name="sources")
app.add_typer(identity, name="identity")
for command in (review, explain, train, evaluate):
    identity.command()(command)
app.add_typer(clusters, name="clusters")
app.command()(demo_api)
app.command()(demo_sources)
app.command()(extract)
app.command()(score)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        console.print(f"regulars {__version__}")
        raise typer.Exit


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the made-up shop's files go.")] = Path("shop"),
    customers: Annotated[int, typer.Option(min=10, help="People in the shop.")] = 2000,
    seed: Annotated[int, typer.Option(help="Another seed, another shop.")] = 7,
    warehouse: Warehouse = None,
    settings_file: SettingsFile = None,
) -> None:
    """Make a shop, run everything on it and show its segments."""
    settings = _settings(settings_file, warehouse)
    views.refuse_own_data(settings)
    views.generate_shop(folder, {"customers": customers, "seed": seed}, force=False)
    _run(settings, [str(folder / "customers.csv"), str(folder / "orders.csv")], command="demo")
    views.next_steps()


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Project folder; made if need be.")] = Path("."),
    warehouse: Annotated[
        str | None,
        typer.Option("--warehouse", "-w", help="Instead, make this warehouse ready: schemas, roles and rights."),
    ] = None,
    print_sql: Annotated[
        bool, typer.Option("--print-sql", help="Only print the SQL, for an administrator to run.")
    ] = False,
) -> None:
    """Write a settings file to start from, or make a database ready for a team."""
    if warehouse is None and not print_sql:
        return views.init_project(folder)
    views.init_warehouse(_settings(None, warehouse), print_sql)


@app.command()
def generate(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")] = Path("shop"),
    customers: Annotated[int, typer.Option(min=10, help="People in the shop.")] = 2000,
    orders: Annotated[
        int | None, typer.Option(min=1, help="About how many orders; default: what the people buy.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another shop.")] = 7,
    file_format: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    clean: Annotated[bool, typer.Option("--clean", help="No dirt: no typos, duplicates, gaps or odd dates.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that holds other things.")] = False,
) -> None:
    """Make a shop's files by a seed, with the truth beside them in truth/."""
    options: dict[str, Any] = {"customers": customers, "orders": orders, "seed": seed, "format": file_format}
    views.generate_shop(folder, {**options, "dirt": not clean}, force=force)


@sources.command("list")
def sources_list(settings_file: SettingsFile = None, warehouse: Warehouse = None, as_json: Json = False) -> None:
    """The sources of the settings, and what each has landed."""
    cli_sources.listed(_settings(settings_file, warehouse), as_json)


@sources.command("preview")
def sources_preview(
    file: Annotated[str, typer.Argument(help="A file, or a glob in quotes.")],
    settings_file: SettingsFile = None,
    as_json: Json = False,
) -> None:
    """How a file would be read: preset, mapping, types and first rows. Lands nothing."""
    cli_sources.preview(_settings(settings_file, None), file, as_json)


@sources.command("test")
def sources_test(
    name: Annotated[str | None, typer.Argument(help="A source of the settings; none = all.")] = None,
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Whether each source answers, its columns and newest record, and what would be landed. Lands nothing."""
    cli_sources.test(_settings(settings_file, warehouse), name, as_json)


@app.command()
def land(
    files: Annotated[list[str] | None, typer.Argument(help="Files or globs; none = the settings' sources.")] = None,
    restage: Annotated[
        bool, typer.Option("--restage", help="Apply the present mapping to all that was landed.")
    ] = False,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Forget these sources and start again.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Land the Kafka sources until stopped by Ctrl-C.")] = False,
    max_wait: MaxWait = None,
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
    quiet: Quiet = False,
) -> None:
    """Land files and feeds, and build nothing yet."""
    settings = _settings(settings_file, warehouse)
    if follow:
        return views.follow(settings, max_wait, quiet)
    _pipeline(settings, files or [], ["land"], restage=restage, full_refresh=full_refresh, quiet=quiet, command="land")


@app.command()
def run(
    files: Annotated[list[str] | None, typer.Argument(help="Files or globs; none = the settings' sources.")] = None,
    as_of: AsOf = None,
    window_days: Window = None,
    k: Clusters = None,
    segment_map: Map = None,
    stage: Annotated[list[str] | None, typer.Option("--stage", help="Run only this stage; may be repeated.")] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Forget these sources and start again.")] = False,
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Land files, build everything, publish it and show the segments."""
    settings = overridden(
        _settings(settings_file, warehouse),
        rfm={"as_of": as_of.date() if as_of else None, "window_days": window_days, "map": segment_map},
        clusters={"k": int(k) if k and k.isdigit() else k},
    )
    _run(settings, files or [], stage or [], full_refresh=full_refresh, as_json=as_json, quiet=quiet)


@app.command()
def status(settings_file: SettingsFile = None, warehouse: Warehouse = None, as_json: Json = False) -> None:
    """What is live, how the last run went and what was landed."""
    views.status(_settings(settings_file, warehouse), as_json)


@app.command()
def segments(
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="Any past day, worked out from the orders. Default: as published."
        ),
    ] = None,
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """The segments with customers, revenue and what to do, as published or as of any past day."""
    views.segments(_settings(settings_file, warehouse), as_json, as_of.date() if as_of else None)


@app.command()
def customer(
    who: Annotated[str, typer.Argument(help="Customer id, a source's id, e-mail or phone number.")],
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Everything about one customer."""
    views.customer(_settings(settings_file, warehouse), who, as_json)


@app.command()
def why(
    who: Annotated[str, typer.Argument(help="Customer id, a source's id, e-mail or phone number.")],
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Why a customer is in a segment: values, cut points, code and rule; what would change it, and when."""
    from regulars import cli_why

    cli_why.why(_settings(settings_file, warehouse), who, as_json)


@app.command()
def export(
    output: Annotated[Path, typer.Argument(help="The file: .csv, .json, .parquet or .xlsx.")],
    segment: Annotated[
        list[str] | None, typer.Option("--segment", "-s", help="Only this segment; may be repeated.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", "-c", help="Only this column; may be repeated.")
    ] = None,
    file_format: Annotated[str | None, typer.Option("--format", help="csv, json, parquet or xlsx.")] = None,
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
) -> None:
    """Write customers, with all that is known of them, to a file."""
    views.export(_settings(settings_file, warehouse), output, segment or [], column or [], file_format)


@app.command()
def sql(
    statement: Annotated[str, typer.Argument(help="A query; tables are found without their schema.")],
    limit: Annotated[int, typer.Option(min=1, help="Rows shown at most.")] = 1000,
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Ask the published tables anything, in SQL. Nothing can be changed by it."""
    views.sql(_settings(settings_file, warehouse), statement, limit, as_json)


@app.command()
def docs(
    table: Annotated[str | None, typer.Argument(help="A table, for its columns; none = all tables.")] = None,
    as_json: Json = False,
) -> None:
    """The tables and columns, and what they mean."""
    views.docs(table, as_json)


def _run(
    settings: Settings,
    files: list[str],
    stages: list[str] | None = None,
    *,
    full_refresh: bool = False,
    as_json: bool = False,
    quiet: bool = False,
    command: str = "run",
) -> None:
    _pipeline(settings, files, stages or [], full_refresh=full_refresh, quiet=quiet, command=command)
    if not stages or "publish" in stages:
        views.segments(settings, as_json)


def _pipeline(
    settings: Settings,
    files: list[str],
    stages: list[str],
    *,
    full_refresh: bool = False,
    restage: bool = False,
    quiet: bool,
    command: str,
) -> None:
    from regulars.pipeline import Request, run_pipeline

    watcher = StageWatcher(quiet=quiet)
    request = Request(files=files, stages=stages, full_refresh=full_refresh, restage=restage, command=command)
    try:
        run_pipeline(settings, request, watcher)
    finally:
        watcher.stop()


def main() -> None:
    """Runs the command line; an error that Regulars knows ends with its message and exit code, not with a traceback."""
    try:
        app()
    except RegularsError as error:
        errors.print(f"[bold red]Error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        errors.print("Stopped. The live warehouse is as it was; run again to go on.")
        sys.exit(130)
