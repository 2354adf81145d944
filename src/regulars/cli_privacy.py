"""`forget` and `subject`: what a person may ask of the shop. No logic lives here."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, Quiet, SettingsFile, Warehouse, chosen_settings
from regulars.errors import ChecksFailed, InputError
from regulars.terminal import StageWatcher, console, errors

Who = Annotated[str, typer.Argument(help="A customer id, SOURCE:ID, a source's id, an e-mail or a phone number.")]
_WARNING = (
    "This cannot be undone: {who} is erased from everything that the warehouse holds, and rows of theirs that come"
    " again are kept out for good."
)


def forget(
    who: Annotated[
        str | None,
        typer.Argument(help="Whom: a customer id, SOURCE:ID, a source's id, an e-mail or a phone number."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased where; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Finish an erasure that was broken off.")] = False,
    exports: Annotated[
        list[Path] | None,
        typer.Option("--exports", help="File or folder of exports: those with the person in them are removed."),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the proof there, as JSON.")] = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Erase a person from everything and prove it; it cannot be undone."""
    from regulars import forgetting

    settings = chosen_settings(settings_file, warehouse, environment)
    if (who is None) != resume:
        raise InputError("Name whom to forget, or finish what was broken off by --resume: one of the two.")
    if not (dry_run or yes or resume):
        errors.print(escape(_WARNING.format(who=who)))
        typer.confirm("Erase them?", abort=True, err=True)
    watcher = StageWatcher(quiet=quiet)
    try:
        proof = forgetting.forget(settings, who, dry_run=dry_run, exports=exports or [], watcher=watcher)
    finally:
        watcher.stop()
    if as_json:
        console.print(proof.json(), markup=False, soft_wrap=True)
    else:
        console.print(escape(proof.text()), soft_wrap=True)
    if output is not None:
        output.write_text(proof.json(), encoding="utf-8")
    if not (proof.is_clean or dry_run):
        raise ChecksFailed(
            "Traces of the person are left; the proof names the places. Mend them, then finish it:"
            " regulars forget --resume."
        )


def subject(
    who: Who,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; none = print it.")] = None,
    file_format: Annotated[
        str | None, typer.Option("--format", help="json or html; none = as the file's ending says, else json.")
    ] = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
) -> None:
    """Hand over all that is known of a person, as JSON or as a page to read."""
    from regulars.engines.files import write_text
    from regulars.serve.subject import known_of, write_json
    from regulars.serve.subject_page import write_page

    settings = chosen_settings(settings_file, warehouse, environment)
    kind = (file_format or (output.suffix.removeprefix(".") if output else "") or "json").lower()
    if kind not in ("json", "html"):
        raise InputError(f"`{kind}` is no format of this. Choose json or html.")
    with (
        known_of(settings, who) as sections,
        # Whoever stops reading, as `head` does, ends the queries before what they are asked of is closed.
        closing(write_json(sections) if kind == "json" else write_page(sections, settings.shop.name)) as pieces,
    ):
        if output is None:
            for piece in pieces:
                sys.stdout.write(piece)
            return
        write_text(pieces, output)
    console.print(f"Wrote {escape(str(output))}. Hand it to nobody but the person: it holds all that is known of them.")
