"""What the command line shows of the future: of the shop, after a run, and of one customer."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import open_engine
from regulars.serve import prediction_words as words
from regulars.serve.foretold import Foretold, Outlook, Verdict, outlook, verdict_dict
from regulars.serve.queries import Queries
from regulars.serve.wording import date_words, money_words
from regulars.settings import Settings
from regulars.terminal import console, print_json

# A line of prose reads badly beyond it, however wide the terminal.
_WIDTH = 100
_LEGEND = (
    "Off by: the mean error per customer, or per day; of who leaves the Brier score (0 is perfect). Naive: that of a"
    " forecast that anybody could make. In sum: how far the total was off. Validated: better than naive on days that"
    " it had not seen."
)


def predictions(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """What is foretold of the shop, and how good each prediction was on days it had not seen."""
    settings = chosen_settings(settings_file, warehouse, environment)
    found = outlook(Queries(open_engine(settings), settings.shop))
    if as_json:
        print_json([_as_dict(verdict, found) for verdict in found.verdicts])
        return
    if not found.verdicts:
        console.print("\nNothing is foretold yet. `regulars run` foretells as soon as there are valid orders.")
        return
    width = min(_WIDTH, console.width)
    people = f"{found.customers:,} customer" + ("" if found.customers == 1 else "s")
    who = f"{people}, from {date_words(found.as_of)} on" if found.as_of else "nobody yet"
    console.print(f"\n[bold]Foretold of {who}[/]")
    console.print(_table(found), width=width)
    console.print(_LEGEND, width=width, style="dim")
    if doubts := [verdict for verdict in found.verdicts if not verdict.is_validated]:
        console.print("\n[bold]Not validated[/]: published, but do not plan by it")
        listed = _grid()
        for verdict in doubts:
            title = f"{words.TITLES.get(verdict.model, verdict.model)}, {verdict.horizon} days"
            listed.add_row(title, escape(words.test_words(verdict, found.currency)))
        console.print(listed, width=width)
    console.print()


def after_run(settings: Settings) -> None:
    """Two lines: what is foretold, and how good it is."""
    lines = words.headline(outlook(Queries(open_engine(settings), settings.shop)))
    if not lines:
        return
    console.print("[bold]Foretold[/]; `regulars predictions` has all of it", width=min(_WIDTH, console.width))
    for line in lines:
        console.print(Padding(escape(line), (0, 0, 0, 2)), width=min(_WIDTH, console.width))
    console.print()


def one_customer(found: Foretold) -> None:
    """All that is foretold of a customer, each with its verdict and what the test has shown."""
    width = min(_WIDTH, console.width)
    console.print("[bold]What is foretold[/]")
    facts = _grid()
    facts.add_row("Still a customer", words.still_customer_words(found))
    for label, sentence in (("Leaving", words.churn_words(found)), ("Health", words.health_words(found))):
        if sentence:
            verdict = found.verdict("churn", found.churn_horizon)
            facts.add_row(label, f"{sentence}; {words.verdict_word(verdict)}" if label == "Leaving" else sentence)
    console.print(facts, width=width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("Next", "Orders", "8 of 10 cases", "Value", "Orders are", "Value is"):
        table.add_column(name, justify="right" if name in ("Orders", "Value") else "left", no_wrap=name == "Next")
    for ahead in found.ahead:
        table.add_row(
            f"{ahead.days} days",
            f"{ahead.orders:,.2f}",
            words.interval_words(ahead),
            money_words(ahead.value, found.currency) + words.value_interval_words(ahead),
            *(words.verdict_word(found.verdict(model, ahead.days)) for model in ("orders", "value")),
        )
    console.print(table, width=width)
    tests = _grid()
    for verdict in found.verdicts:
        title = words.TITLES.get(verdict.model, verdict.model)
        tests.add_row(f"{title}, {verdict.horizon} days", escape(words.test_words(verdict, found.currency)))
    console.print(tests, width=width)
    console.print()


def facts_of(found: Foretold) -> list[tuple[str, str]]:
    """The lines of one customer's future for an explanation that has no room for more."""
    days = words.HEADLINE_DAYS
    ahead = next(ahead for ahead in found.ahead if ahead.days == days)
    value = found.verdict("value", days)
    churn = found.verdict("churn", found.churn_horizon)
    rows = [
        ("Still a customer", words.still_customer_words(found)),
        (f"Next {days} days", f"{words.ahead_words(ahead, found.currency)}; {words.verdict_word(value)}"),
        ("", words.test_words(value, found.currency)),
    ]
    if sentence := words.churn_words(found):
        rows += [
            ("Leaving", f"{sentence}; {words.verdict_word(churn)}"),
            ("", words.test_words(churn, found.currency)),
        ]
    if sentence := words.health_words(found):
        rows.append(("Health", sentence))
    return rows


def _table(found: Outlook) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("Foretold", "Days", "In all", "Off by", "Naive", "In sum", "Verdict"):
        is_number = name not in ("Foretold", "Verdict")
        table.add_column(name, justify="right" if is_number else "left", no_wrap=True)
    for verdict in found.verdicts:
        colour = "green" if verdict.is_validated else "yellow"
        table.add_row(
            words.TITLES.get(verdict.model, verdict.model),
            str(verdict.horizon),
            words.total_words(verdict, found),
            *words.error_words(verdict),
            f"[{colour}]{words.verdict_word(verdict)}[/]",
        )
    return table


def _as_dict(verdict: Verdict, found: Outlook) -> dict[str, Any]:
    return {
        **verdict_dict(verdict),
        "foretold": found.totals.get((verdict.model, verdict.horizon)),
        "words": words.test_words(verdict, found.currency),
    }


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    return table
