"""`check`: what the checks of the newest run found, the worst first, with what each means and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
from rich.markup import escape

from regulars.engines.base import Engine, open_engine
from regulars.engines.check_records import CheckRecord, CheckRecords
from regulars.errors import InputError
from regulars.quality.meanings import AGE_OF, allowed_by, meaning_of, words_of
from regulars.serve.freshness import source_ages
from regulars.serve.rows_at_fault import rows_at_fault
from regulars.settings import Settings
from regulars.terminal import console, errors, print_json, print_table

_WORDS = {
    "fail": "[bold red]Stops[/]",
    "error": "[bold red]Broken[/]",
    "warn": "[bold yellow]Warns[/]",
    "allowed": "[bold yellow]Allowed[/]",
    "pass": "[green]Passed[/]",
}
_WORST_FIRST = tuple(_WORDS)
_AGES = ("source", "status", "message")


def check(settings: Settings, as_json: bool, every: bool = False) -> bool:
    """Shows the findings, or every check; says whether all is well enough to publish."""
    engine = open_engine(settings)
    run_id, found = newest_findings(engine)
    if not run_id:
        raise InputError(f"Nothing was checked in {engine.location} yet. `regulars run` checks before it publishes.")
    records = worst_first(found)
    ages = source_ages(engine) if engine.has_live() else []
    stopping = [record for record in records if record.stops_publishing]
    if as_json:
        checks = [vars(record) | vars(meaning_of(record.check_name)) for record in records]
        print_json([{"run_id": run_id, "is_well": not stopping, "checks": checks, "freshness": ages}])
        return not stopping
    told = [record for record in records if record.status != "pass"]
    passed = len(records) - len(told)
    outcome = "nothing of it is live; what was live before is" if stopping else "nothing stops publishing"
    console.print(f"\n[bold]Run {run_id}[/]: {len(told)} of {len(records)} checks found something, {outcome}.\n")
    for record in records if every else told:
        for line in finding_lines(record):
            console.print(line, soft_wrap=True)
    hidden = "" if every else "; --all shows them"
    console.print(f"[green]{passed} passed[/]{hidden}.")
    if ages:
        print_table(pa.Table.from_pylist([{name: age[name] for name in _AGES} for age in ages]), "Age of the sources")
    return not stopping


def rows(settings: Settings, check_name: str, limit: int, as_json: bool) -> None:
    """Shows the rows that a check of the newest run found.

    Raises:
        InputError: Nothing was checked, or the check does not count rows of loads.
    """
    engine = open_engine(settings)
    run_id, found = newest_findings(engine)
    listed = [record.check_name for record in found if meaning_of(record.check_name).rows]
    if check_name not in listed:
        raise InputError(
            f"`{check_name}` lists no rows. " + (f"These do: {', '.join(listed)}." if listed else "Run first.")
        )
    # One more than shown is asked for, to say that there are more.
    table = rows_at_fault(engine, check_name, run_id, limit + 1)
    shown = table.slice(0, limit)
    if as_json:
        print_json(shown.to_pylist())
    else:
        print_table(shown, f"Rows that {check_name} found in run {run_id}")
    if table.num_rows > limit:
        errors.print(f"Only the first {limit:,} rows are shown; --limit shows more.")


def newest_findings(engine: Engine) -> tuple[str, list[CheckRecord]]:
    """The newest run that was checked, and what its checks found."""
    return CheckRecords(engine.journal).newest()


def worst_first(found: Sequence[CheckRecord]) -> list[CheckRecord]:
    """The records in the order in which to read them."""
    place = {word: number for number, word in enumerate(_WORST_FIRST)}
    return sorted(found, key=lambda r: (place.get(r.status, 0), r.severity != "error", r.check_name))


def finding_lines(record: CheckRecord) -> Iterator[str]:
    """A finding for people: the check, what must hold, rows of it, and what to do."""
    meaning, word = meaning_of(record.check_name), _WORDS.get(record.status, record.status)
    if record.status == "pass":
        yield f"{word}  {record.check_name}"
        return
    is_age = record.check_name.startswith(AGE_OF)
    rows = "" if is_age else f"  {record.failures:,} row(s)"
    yield f"{word}  [bold]{escape(record.check_name)}[/]{rows}"
    yield f"    {escape(words_of(record))}"
    if record.sample and not is_age:
        yield f"    e.g. {escape(record.sample)}"
    if meaning.rows:
        yield f"    Rows: {escape(meaning.rows)}"
    yield f"    Next: {escape(meaning.advice)}"
    if allowing := allowed_by(record):
        yield f"    If it is all as it should be: {escape(allowing)}"
