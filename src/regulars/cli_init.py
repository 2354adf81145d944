"""`init`: a settings file to start from, or a database made ready for a team."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from regulars.cli_options import chosen_settings
from regulars.engines.base import open_engine
from regulars.errors import InputError
from regulars.settings import SETTINGS_FILE, Settings
from regulars.terminal import console


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
        return _init_project(folder)
    _init_warehouse(chosen_settings(None, warehouse), print_sql)


def _init_project(folder: Path) -> None:
    """Writes regulars.toml, unless there is one."""
    target = folder / SETTINGS_FILE
    if target.exists():
        raise InputError(f"{target} is there already. Edit it, or choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text((files("regulars.templates") / SETTINGS_FILE).read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as error:
        raise InputError(f"Cannot write {target}: {error.strerror}. Choose another folder.") from None
    console.print(
        f"Wrote {target}. Next: name your files in it under [sources.…], look at one with"
        " `regulars sources preview FILE`, then `regulars run`."
    )


def _init_warehouse(settings: Settings, print_sql: bool) -> None:
    """Makes a warehouse ready for a team and says what was done, or prints how."""
    engine = open_engine(settings)
    if print_sql:
        console.print(engine.set_up_sql(), highlight=False, markup=False, soft_wrap=True)
        return
    for done in engine.set_up():
        console.print(f"✓ {done}", highlight=False, markup=False, soft_wrap=True)
