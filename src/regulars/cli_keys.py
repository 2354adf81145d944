"""`regulars keys`: who may ask the server, and with which role."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import open_engine
from regulars.settings import Settings
from regulars.terminal import console, errors, print_json, print_table

keys = typer.Typer(help="API keys: given, listed, replaced and taken away.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What or whom the key is for, such as crm-sync.")]


@keys.command("add")
def add(
    name: Name,
    role: Annotated[
        str, typer.Option(help="viewer: reads, personal data masked; operator: sees it, runs; admin: all.")
    ] = "viewer",
    expires: Annotated[
        str | None, typer.Option(help="How long it is valid, such as 90d; default: until revoked.")
    ] = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Make a key and show it, this once."""
    from regulars.serve.auth import KeyStore, Role, span

    store = KeyStore(open_engine(chosen_settings(settings_file, warehouse, environment)))
    secret = store.add(name, Role.of(role), expires_in=span(expires) if expires else None)
    _show(name, secret, as_json)


@keys.command("list")
def listed(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Every key that was ever given, with its role, and when it was last used."""
    from regulars.serve.auth import KeyStore

    table = KeyStore(open_engine(chosen_settings(settings_file, warehouse, environment))).table()
    if as_json:
        print_json(table.to_pylist())
    elif table.num_rows:
        print_table(table, "API keys")
    else:
        console.print("No key was ever given. Make one with `regulars keys add NAME`.")


@keys.command("rotate")
def rotate(
    name: Name,
    grace: Annotated[str, typer.Option(help="How long the old key stays valid, such as 7d; 0s = not at all.")] = "7d",
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Make a new key in the place of one, which stays valid for a while."""
    from regulars.serve.auth import KeyStore, span

    store = KeyStore(open_engine(chosen_settings(settings_file, warehouse, environment)))
    _show(name, store.rotate(name, span(grace)), as_json)


@keys.command("revoke")
def revoke(
    name: Name,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Take a key away, with its predecessors; a running server knows it within seconds."""
    from regulars.serve.auth import KeyStore

    settings: Settings = chosen_settings(settings_file, warehouse, environment)
    ended = KeyStore(open_engine(settings)).revoke(name)
    if as_json:
        print_json([{"name": name, "revoked": ended}])
    else:
        console.print(f"Revoked {ended} key{'s' * (ended > 1)} of {escape(name)}.")


def _show(name: str, secret: str, as_json: bool) -> None:
    if as_json:
        print_json([{"name": name, "key": secret}])
        return
    errors.print(f"The key of {escape(name)}; it is stored nowhere and not shown again:")
    console.print(secret, soft_wrap=True, markup=False)
