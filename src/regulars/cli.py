"""The command line: words in, one call, words out. No logic lives here.

Exit codes: 0 ok · 1 failed checks · 2 bad input or settings · 3 warehouse or source unreachable · 4 another run holds
the lock · 5 a newer live state was kept, as --keep-newer asks.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from regulars import __version__, cli_check, cli_run, cli_status, logs
from regulars import cli_views as views
from regulars.cli_clusters import clusters
from regulars.cli_demo import demo_api, demo_sources
from regulars.cli_export import export
from regulars.cli_extract import extract
from regulars.cli_identity import identity
from regulars.cli_identity_views import evaluate, explain, review, train
from regulars.cli_init import init
from regulars.cli_keys import keys
from regulars.cli_notify import notify
from regulars.cli_options import (
    Allow,
    AsOf,
    Clusters,
    Environment,
    Json,
    KeepNewer,
    LogFormatOption,
    LogLevelOption,
    Map,
    MaxWait,
    Quiet,
    SettingsFile,
    Warehouse,
    Window,
    day_of,
)
from regulars.cli_options import chosen_settings as _settings
from regulars.cli_predictions import predictions
from regulars.cli_privacy import forget, subject
from regulars.cli_report import report
from regulars.cli_score import score
from regulars.cli_serve import serve
from regulars.cli_sources import sources
from regulars.cli_webhooks import webhooks
from regulars.errors import RegularsError
from regulars.settings import overridden
from regulars.terminal import console, errors

app = typer.Typer(
    name="regulars",
    help="Customer segmentation you can trust: from a shop's orders to people, segments and their history.",
    epilog="Start with `regulars demo`, or with your own file: `regulars run orders.csv`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(sources, name="sources")
app.add_typer(identity, name="identity")
for command in (review, explain, train, evaluate):
    identity.command()(command)
app.add_typer(clusters, name="clusters")
app.add_typer(keys, name="keys")
app.add_typer(webhooks, name="webhooks")
app.add_typer(notify, name="notify")
for top_level in (demo_api, demo_sources, export, extract, init, score, predictions, report, serve, forget, subject):
    app.command()(top_level)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
    log_format: LogFormatOption = None,
    log_level: LogLevelOption = None,
) -> None:
    logs.prefer(log_format, log_level)
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
    environment: Environment = None,
) -> None:
    """Make a shop, run everything on it and show its segments."""
    settings = _settings(settings_file, warehouse, environment)
    views.refuse_own_data(settings)
    views.generate_shop(folder, {"customers": customers, "seed": seed}, force=False)
    cli_run.run(settings, [str(folder / "customers.csv"), str(folder / "orders.csv")], command="demo")
    views.next_steps()


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
    environment: Environment = None,
    warehouse: Warehouse = None,
    quiet: Quiet = False,
) -> None:
    """Land files and feeds, and build nothing yet."""
    settings = _settings(settings_file, warehouse, environment)
    if follow:
        return views.follow(settings, max_wait, quiet)
    cli_run.pipeline(
        settings, files or [], ["land"], restage=restage, full_refresh=full_refresh, quiet=quiet, command="land"
    )


@app.command()
def run(
    files: Annotated[list[str] | None, typer.Argument(help="Files or globs; none = the settings' sources.")] = None,
    as_of: AsOf = None,
    window_days: Window = None,
    k: Clusters = None,
    segment_map: Map = None,
    stage: Annotated[list[str] | None, typer.Option("--stage", help="Run only this stage; may be repeated.")] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Forget these sources and start again.")] = False,
    keep_newer: KeepNewer = False,
    allow: Allow = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Land files, build everything, publish it and show the segments."""
    chosen = _settings(settings_file, warehouse, environment)
    settings = overridden(
        chosen,
        rfm={"as_of": day_of(as_of, chosen), "window_days": window_days, "map": segment_map},
        clusters={"k": int(k) if k and k.isdigit() else k},
    )
    cli_run.run(
        settings,
        files or [],
        stage,
        full_refresh=full_refresh,
        keep_newer=keep_newer,
        allow=allow or [],
        as_json=as_json,
        quiet=quiet,
    )


@app.command()
def status(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """How things stand, the worst first: the last run, what is live and how old it is, and what to do next."""
    cli_status.status(_settings(settings_file, warehouse, environment), as_json)


@app.command()
def check(
    every: Annotated[bool, typer.Option("--all", help="Also the checks that passed.")] = False,
    rows: Annotated[str | None, typer.Option("--rows", help="List the rows that this check found.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="With --rows: rows shown at most.")] = 1000,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """What the checks of the last run found, what it means and what to do. Exit code 1 if it stopped publishing."""
    settings = _settings(settings_file, warehouse, environment)
    if rows is not None:
        cli_check.rows(settings, rows, limit, as_json)
    elif not cli_check.check(settings, as_json, every):
        raise typer.Exit(1)


@app.command()
def segments(
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="Any past day, worked out from the orders. Default: as published."
        ),
    ] = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """The segments with customers, revenue and what to do, as published or as of any past day."""
    views.segments(_settings(settings_file, warehouse, environment), as_json, as_of.date() if as_of else None)


@app.command()
def customer(
    who: Annotated[str, typer.Argument(help="Customer id, a source's id, e-mail or phone number.")],
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Everything about one customer."""
    views.customer(_settings(settings_file, warehouse, environment), who, as_json)


@app.command()
def why(
    who: Annotated[str, typer.Argument(help="Customer id, a source's id, e-mail or phone number.")],
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Why a customer is in a segment: values, cut points, code and rule; what would change it, and when."""
    from regulars import cli_why

    cli_why.why(_settings(settings_file, warehouse, environment), who, as_json)


@app.command()
def sql(
    statement: Annotated[str, typer.Argument(help="A query; tables are found without their schema.")],
    limit: Annotated[int, typer.Option(min=1, help="Rows shown at most.")] = 1000,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Ask the published tables anything, in SQL. Nothing can be changed by it."""
    views.sql(_settings(settings_file, warehouse, environment), statement, limit, as_json)


@app.command()
def docs(
    table: Annotated[str | None, typer.Argument(help="A table, for its columns; none = all tables.")] = None,
    as_json: Json = False,
) -> None:
    """The tables and columns, and what they mean."""
    views.docs(table, as_json)


def main() -> None:
    """Runs the command line; an error that Regulars knows ends with its message and exit code, not with a traceback."""
    try:
        app()
    except RegularsError as error:
        if logs.is_json():
            logs.tell_end(error)
        else:
            errors.print(f"[bold red]Error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if not logs.is_json():
            raise
        logs.tell_end(error)
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("Stopped. The live warehouse is as it was; run again to go on.")
        sys.exit(130)
