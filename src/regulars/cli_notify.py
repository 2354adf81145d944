"""`regulars notify`: whether messages arrive, and what was told."""

from __future__ import annotations

import typer

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.alert_records import Alert, AlertRecords
from regulars.engines.base import open_engine
from regulars.errors import SourceUnreachable
from regulars.terminal import console, print_json, print_table

notify = typer.Typer(help="Messages on runs that fail, recover or publish.", no_args_is_help=True)


@notify.command("test")
def test(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Send a message to every address of [notify]."""
    from regulars.activate.notifying import send

    settings = chosen_settings(settings_file, warehouse, environment)
    alert = Alert(
        "test",
        f"{settings.shop.name}: a test of Regulars",
        "If you read this, messages on runs will reach you. Nothing is to be done.",
        "info",
    )
    sent = send(settings.notify, alert)
    if as_json:
        print_json([{"told": sent.taken, "problems": list(sent.problems)}])
    if sent.problems:
        raise SourceUnreachable(sent.problems[0])
    if not as_json:
        console.print(f"Told {sent.taken} address{'es' * (sent.taken > 1)}.")


@notify.command("list")
def listed(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """What is amiss and what was told of it, the last change first."""
    import pyarrow as pa

    rows = [
        {
            "cause": found.cause,
            "is_open": bool(found.is_open),
            "title": found.title,
            "times": found.times,
            "since": found.since,
            "told_at": found.told_at,
        }
        for found in AlertRecords(open_engine(chosen_settings(settings_file, warehouse, environment)).journal).all()
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(pa.Table.from_pylist(rows), "Alerts", wide=("title",))
    else:
        console.print("Nothing was told yet.")
