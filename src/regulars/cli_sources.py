"""What `regulars sources test` shows."""

from __future__ import annotations

from dataclasses import asdict
from difflib import get_close_matches

import pyarrow as pa
import typer
from rich.markup import escape

from regulars.engines.base import open_engine
from regulars.errors import InputError
from regulars.land.trial import try_sources, what_landed
from regulars.settings import Settings
from regulars.terminal import console, errors, print_json, print_table


def test(settings: Settings, name: str | None, as_json: bool) -> None:
    """Tries one source or all, prints what was found, and ends with the code of what failed."""
    if not settings.sources:
        raise InputError("The settings name no source. Add one under [sources.NAME].")
    if name is not None and name not in settings.sources:
        near = get_close_matches(name, settings.sources, n=1)
        raise InputError(
            f"The settings have no source {name}.{f' Did you mean {near[0]}?' if near else ''}"
            f" They have: {', '.join(settings.sources)}."
        )
    engine = open_engine(settings)
    names = [name] if name else list(settings.sources)
    with errors.status("Asking the sources"):
        with engine.lock():
            engine.prepare()
            with engine.durable() as session:
                landed = what_landed(session, settings, names)
        # Sources may take their time, and the warehouse is free meanwhile.
        trials = try_sources(landed, settings, names)
    if as_json:
        print_json([asdict(trial) for trial in trials])
    else:
        rows = [
            {
                "source": trial.source,
                "reachable": "yes" if trial.is_reachable else "no",
                "entity": trial.entity,
                "columns": len(trial.columns) or None,
                "newest": trial.newest,
                "landed to": trial.watermark,
                "would land": trial.would_land,
            }
            for trial in trials
        ]
        print_table(pa.Table.from_pylist(rows), "Sources")
        for trial in trials:
            if trial.columns:
                console.print(f"  {trial.source}: {escape(', '.join(trial.columns))}")
    for trial in trials:
        if trial.error:
            errors.print(f"[bold red]Error:[/] {escape(trial.error)}", soft_wrap=True)
    codes = {trial.exit_code for trial in trials}
    if codes != {0}:
        # Unreachable weighs more than wrong settings: it is what a schedule waits for.
        raise typer.Exit(max(codes))
