"""The commands `regulars sources list`, `preview` and `test`, and what they show."""

from __future__ import annotations

from dataclasses import asdict
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import open_engine
from regulars.errors import InputError
from regulars.serve.queries import Queries
from regulars.settings import Settings
from regulars.terminal import console, errors, print_json, print_table

if TYPE_CHECKING:
    from regulars.land.trial import Trial
    from regulars.sources.preview import Preview

sources = typer.Typer(help="Look at sources before anything is landed.", no_args_is_help=True)


@sources.command("list")
def sources_list(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """The sources of the settings, and what each has landed."""
    listed(chosen_settings(settings_file, warehouse, environment), as_json)


@sources.command("preview")
def sources_preview(
    file: Annotated[str, typer.Argument(help="A file, a glob in quotes, or a source that maps a table.")],
    settings_file: SettingsFile = None,
    environment: Environment = None,
    as_json: Json = False,
) -> None:
    """How a file or a mapped table would be read: preset, mapping, types and first rows. Lands nothing."""
    preview(chosen_settings(settings_file, None, environment), file, as_json)


@sources.command("test")
def sources_test(
    name: Annotated[str | None, typer.Argument(help="A source of the settings; none = all.")] = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Whether each source answers, its columns and newest record, and what would be landed. Lands nothing."""
    test(chosen_settings(settings_file, warehouse, environment), name, as_json)


def listed(settings: Settings, as_json: bool) -> None:
    """The settings' sources beside what the ledger says of each."""
    from regulars.sources.address import address

    engine = open_engine(settings)
    landed: dict[str, dict[str, Any]] = {}
    if engine.has_live():
        told = Queries(engine, settings.shop).sql(
            "select source, max(entity) as entity, count(*) as loads, sum(rows) as rows, sum(staged) as staged,"
            " sum(rejected) as rejected from ops.loads where status in ('landed', 'mapped')"
            " group by source order by source"
        )
        landed = {row["source"]: row for row in told.to_pylist()}
    names = sorted({*settings.sources, *landed})
    rows = []
    for name in names:
        source = settings.sources.get(name)
        row = landed.get(name, {})
        path = address(source) if source else "given on the command line"
        entity = (source.entity if source else None) or row.get("entity")
        counts = {key: int(row.get(key) or 0) for key in ("loads", "rows", "staged", "rejected")}
        rows.append({"source": name, "entity": entity, **counts, "path": path})
    if as_json:
        print_json(rows)
        return
    if not rows:
        console.print(
            "No source is set up and none has landed. `regulars sources preview FILE` shows how a file is read."
        )
        return
    print_table(pa.Table.from_pylist(rows), "Sources", wide=("path",))


def preview(settings: Settings, pattern: str, as_json: bool) -> None:
    """How the files of a pattern would be read, each on its own; or the table that a source of the name maps."""
    from regulars.land.given import fetched, given_files, mapped
    from regulars.land.table_trial import preview_table
    from regulars.sources.preview import preview as look

    source = settings.sources.get(pattern)
    if source is not None and source.table is not None:
        engine = open_engine(settings)
        with engine.lock():
            engine.prepare()
            with engine.durable() as session, engine.mapped_tables(session) as place:
                found = preview_table(place, engine, pattern, settings)
        _print_preview(found, source.table, "Not used", as_json)
        return
    for item in given_files([pattern], settings):
        with fetched(item, settings) as file:
            found, name = look(file.delivery, mapped(file, settings)[0]), file.delivery.name
        _print_preview(found, name, "Kept in raw but not used", as_json)


def _print_preview(found: Preview, name: str, unused: str, as_json: bool) -> None:
    mapping = found.mapping
    if as_json:
        print_json([vars(mapping) | {"columns": found.columns.to_pylist(), "rows": found.rows.to_pylist()}])
        return
    preset = f"preset {mapping.preset}" if mapping.preset else "columns found by their names"
    console.print(f"\n[bold]{name}[/]  {mapping.entity} of source [bold]{mapping.source}[/], {preset}")
    print_table(found.columns, "Columns", wide=("example",))
    print_table(found.rows, "First rows, as received")
    for warning in found.warnings:
        console.print(f"  [yellow]![/] {warning}")
    if mapping.unmapped:
        console.print(f"  {unused}: {', '.join(mapping.unmapped)}")


def test(settings: Settings, name: str | None, as_json: bool) -> None:
    """Tries one source or all, prints what was found, and ends with the code of what failed."""
    from regulars.land.table_trial import try_table
    from regulars.land.trial import try_sources, what_landed

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
                tables = [each for each in names if settings.sources[each].table is not None]
                trials: list[Trial] = []
                if tables:
                    with engine.mapped_tables(session) as place:
                        trials = [try_table(place, engine, table, settings) for table in tables]
                names = [each for each in names if each not in tables]
                landed = what_landed(session, settings, names)
        # Sources may take their time, and the warehouse is free meanwhile.
        trials += try_sources(landed, settings, names)
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
