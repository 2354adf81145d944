"""The reading commands of `regulars identity`: how good the links are, who is left to decide on, why two are one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pyarrow as pa
import typer
from rich.markup import escape

from regulars.cli_identity_explain import show, side_by_side
from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import Session, open_engine
from regulars.errors import InputError
from regulars.identity.sides import Waiting, probability_words
from regulars.serve.queries import Queries
from regulars.settings import Settings
from regulars.terminal import console, errors, print_json, print_table

if TYPE_CHECKING:
    from regulars.identity.person_model import PersonModel
    from regulars.identity.person_model import Session as TrainingSession


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
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """What linked the records to people, by which rule, and against a truth how much of it is right."""
    from regulars.identity.truth import read_truth
    from regulars.serve.linkage import linkage

    settings = chosen_settings(settings_file, warehouse, environment)
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


def review(
    limit: Annotated[int, typer.Option(min=1, help="Pairs shown at most.")] = 10,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Pairs that may be one person and wait for your decision: both side by side, and what to type."""
    from regulars.identity.sides import review_queue

    settings = chosen_settings(settings_file, warehouse, environment)
    with durable_session(settings) as durable:
        found, total = review_queue(durable, settings.identity.match_threshold, limit)
    if as_json:
        print_json([asdict(pair) | {"commands": pair.commands} for pair in found])
        return
    if not found:
        console.print("Nobody waits for a decision.")
        return
    for pair in found:
        console.print(f"\n[bold]{pair.left.customer_id} and {pair.right.customer_id}[/]  {_likely(pair)}")
        side_by_side(pair.left, pair.right)
        for command in pair.commands:
            console.print(f"  {command}")
    console.print(f"\n{len(found):,} of {total:,} pairs; `regulars identity explain A B` tells why they are alike.")


def explain(
    left: Annotated[str, typer.Argument(help="A golden id, SOURCE:ID, a source's id, an e-mail or a phone number.")],
    right: Annotated[str, typer.Argument(help="The other, named likewise.")],
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Why two are one person or two: what they share, through whom, what was decided, and what each likeness weighs."""
    from regulars.identity.relation import relation

    settings = chosen_settings(settings_file, warehouse, environment)
    with durable_session(settings) as durable:
        found = relation(durable, settings, left, right)
    show(found, as_json)


def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file that the model is written to.")] = Path(
        "person_model.json"
    ),
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Learn from your own records what two records of one person look like, without being told who is one."""
    from regulars.identity.gathering import trained

    settings = chosen_settings(settings_file, warehouse, environment)
    if output.exists() and not force:
        raise InputError(f"{output} is there already. Name another file with --output, or add --force.")
    with errors.status("Training") as spinner, durable_session(settings) as durable:
        model = trained(durable, settings, lambda words: spinner.update(f"Training: {words}"))
    model.save(output)
    if as_json:
        print_json([{"file": str(output), "records": model.records, "converged": model.converged,
                     "sessions": [asdict(session) for session in model.sessions],
                     "levels": _levels(model)}])  # fmt: skip
        return
    console.print(f"\n[bold]Learned from {model.records:,} records[/], written to {escape(str(output))}")
    print_table(pa.Table.from_pylist([_session(session) for session in model.sessions]), "From records that agree in")
    print_table(pa.Table.from_pylist(_levels(model)), "What each likeness says")
    console.print(
        "A weight of 1 doubles the odds that two records are one person, -1 halves them. To resolve by it:\n"
        f'  [identity]\n  model = "{output}"', markup=False, soft_wrap=True,
    )  # fmt: skip


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


@contextmanager
def durable_session(settings: Settings) -> Iterator[Session]:
    """The durable warehouse, under its lock: one process writes a DuckDB file or many read it."""
    engine = open_engine(settings)
    with errors.status("Looking at who is who"), engine.lock():
        engine.prepare()
        with engine.durable() as session:
            yield session


def _likely(pair: Waiting) -> str:
    sure = f"one person with probability {probability_words(pair.probability)}"
    if pair.reason == "chain":
        return f"{sure}, but linking them would chain others together"
    return f"{sure}, which is too little to link"


def _session(session: TrainingSession) -> dict[str, Any]:
    return {
        "agreeing in": ", ".join(session.agreeing_in).replace("_", " "),
        "pairs": session.pairs,
        "of one person": f"{session.matches:,.0f}",
        "rounds": session.iterations,
        "settled": session.converged,
    }


def _levels(model: PersonModel) -> list[dict[str, Any]]:
    """The levels of each comparison with their two chances, and what they weigh."""
    from regulars.identity.person_model import comparisons

    return [
        {
            "comparison": comparison.name.replace("_", " "),
            "likeness": level.name,
            "of_one_share": chances.m,
            "of_two_share": chances.u,
            "weight": round(log2(chances.m / chances.u), 2),
        }
        for comparison in comparisons()
        for level, chances in zip(comparison.levels, model.chances[comparison.name], strict=True)
    ]
