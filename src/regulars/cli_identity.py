"""`regulars identity`: who is one person, and what people decide about it. No logic lives here."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import open_engine
from regulars.settings import Settings
from regulars.terminal import console, errors, print_json, print_table

if TYPE_CHECKING:
    from regulars.identity.decisions import Decision

identity = typer.Typer(help="Who is one person, and what was decided about it.", no_args_is_help=True)

One = Annotated[str, typer.Argument(help="A golden id, SOURCE:ID, a source's id, an e-mail or a phone number.")]
Other = Annotated[str, typer.Argument(help="The other, named likewise.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why, for whoever reads it later.")]


@identity.command("merge")
def merge(
    left: One,
    right: Other,
    reason: Reason = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Two people are one: the older id stays, the other is redirected to it."""
    _decide(chosen_settings(settings_file, warehouse, environment), "merge", left, right, reason, as_json)


@identity.command("split")
def split(
    left: One,
    right: Other,
    reason: Reason = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """One person is two: a record leaves the other record, or the whole person whose golden id is given."""
    _decide(chosen_settings(settings_file, warehouse, environment), "split", left, right, reason, as_json)


@identity.command("never")
def never(
    left: One,
    right: Other,
    reason: Reason = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Two people are two and stay two, whatever their records come to share."""
    _decide(chosen_settings(settings_file, warehouse, environment), "never", left, right, reason, as_json)


@identity.command("undo")
def undo(
    left: One,
    right: Other,
    reason: Reason = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Take back what was decided about two: they are what their records say again."""
    _decide(chosen_settings(settings_file, warehouse, environment), "undo", left, right, reason, as_json)


@identity.command("decisions")
def decisions(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """The decisions that hold, newest first."""
    from regulars.identity.decisions import standing

    engine = open_engine(chosen_settings(settings_file, warehouse, environment))
    with engine.lock():
        engine.prepare()
        with engine.durable() as durable:
            found = standing(durable)
    if as_json:
        print_json(found.to_pylist())
    elif found.num_rows:
        print_table(found, "Decisions about people", wide=("reason",))
    else:
        console.print("No decision about people stands.")


def _decide(settings: Settings, decision: Decision, left: str, right: str, reason: str | None, as_json: bool) -> None:
    from regulars.identity.decisions import decide
    from regulars.identity.stage import Resolver

    engine = open_engine(settings)
    with errors.status("Looking at who is who"), engine.lock():
        engine.prepare()
        with engine.durable() as durable:
            found = decide(durable, Resolver.of(settings, engine), decision, left, right, settings.shop.country, reason)
    if as_json:
        print_json([asdict(found)])
        return
    console.print(escape(found.words), soft_wrap=True)
    console.print("The next `regulars run` restates their history.", style="dim")
