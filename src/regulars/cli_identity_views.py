"""The reading commands of `regulars identity`: how good the links are, who is left to decide on, why two are one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from regulars.cli_options import Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import open_engine
from regulars.serve.queries import Queries
from regulars.terminal import console, print_json, print_table


def evaluate(
    truth: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            help="CSV or Parquet of which person each record truly is, or a generated shop's folder."
            " None = only what linked whom.",
        ),
    ] = None,
    settings_file: SettingsFile = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """What linked the records to people, by which rule, and against a truth how much of it is right."""
    from regulars.identity.truth import read_truth
    from regulars.serve.linkage import linkage

    settings = chosen_settings(settings_file, warehouse)
    known = read_truth(truth) if truth else None
    found = linkage(Queries(open_engine(settings), settings.shop), known)
    if as_json:
        print_json([asdict(found) | {"measures": _measures(found.evaluation)}])
        return
    malformed = f"; {found.malformed_emails:,} malformed e-mails" if found.malformed_emails else ""
    console.print(f"\n[bold]{found.records:,} records are {found.people:,} people[/]{malformed}")
    rules = pa.Table.from_pylist([asdict(rule) for rule in found.rules])
    columns = ["rule", "meaning", "records", "people", *(["right", "wrong"] if known is not None else [])]
    print_table(rules, "What linked them", columns=columns)
    if found.evaluation is None:
        return
    print_table(
        pa.Table.from_pylist([_shown(row) for row in _measures(found.evaluation)]),
        f"Against the truth, over {found.evaluation.records:,} records that both know",
    )
    if found.not_published:
        console.print(f"  {found.not_published:,} records of the truth are not published")
    if found.not_in_truth:
        console.print(f"  {found.not_in_truth:,} published records, guests among them, are not in the truth")


def _measures(evaluation: Any) -> list[dict[str, Any]]:
    """One row per measure: of pairs and whole people with their counts, of records the average."""
    if evaluation is None:
        return []
    rows = [
        {"measure": name, **asdict(score), "precision": score.precision, "recall": score.recall, "f1": score.f1}
        for name, score in (("pairs", evaluation.pairs), ("whole people", evaluation.people))
    ]
    average = evaluation.b_cubed
    empty = dict.fromkeys(("correct", "found", "true"))
    rates = {"precision": average.precision, "recall": average.recall, "f1": average.f1}
    return [*rows, {"measure": "records (B-cubed)", **empty, **rates}]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Rates with four decimals: a promise of 0.995 cannot be read from two."""
    return row | {name: f"{row[name]:.4f}" for name in ("precision", "recall", "f1")}
