"""What `regulars why` prints: the answer in one sentence, then the numbers behind it, in one screen."""

from __future__ import annotations

from rich import box
from rich.markup import escape
from rich.table import Table

from regulars.cli_predictions import facts_of
from regulars.engines.base import open_engine
from regulars.serve import wording
from regulars.serve.foretold import foretold
from regulars.serve.queries import Queries
from regulars.serve.why import Why, explain
from regulars.settings import Settings
from regulars.terminal import console, print_json

# A line of prose reads badly beyond it, however wide the terminal.
_WIDTH = 80
_TURNS_SHOWN = 3
# The newest; more would push the answer off the screen.
_MOVES_SHOWN = 5
_FOOTNOTE = (
    "Cut points are held fixed, though other customers move them; an order is judged on the day after it."
    " Share is of all customers."
)


def why(settings: Settings, who: str, as_json: bool) -> None:
    """Why a customer is in a segment, and what would change it."""
    queries = Queries(open_engine(settings), settings.shop)
    found = explain(queries, who)
    ahead = foretold(queries, found.customer_id)
    if as_json:
        print_json([found.to_dict() | {"predictions": ahead.to_dict() if ahead else None}])
        return
    width = min(_WIDTH, console.width)
    console.print()
    console.print(_headline(found), width=width)
    console.print(f"[dim]{escape(_basis(found))}[/]", width=width)
    if found.rfm_score is not None:
        console.print(_metrics(found), width=width)
    else:
        console.print()
    console.print(_facts(found, facts_of(ahead) if ahead else []), width=width)
    if found.outlook is not None:
        console.print(_FOOTNOTE, width=width, style="dim")
    if found.moves:
        more = "; --json has older ones" if len(found.moves) > _MOVES_SHOWN else ""
        console.print(f"\n[bold]Last moves[/]{more}")
        console.print(_moves(found), width=width)
    console.print()


def _headline(found: Why) -> str:
    words = escape(wording.headline(found))
    start = f"{escape(found.name)} is in {escape(found.segment)}"
    return f"[bold]{start}[/]{words.removeprefix(start)}"


def _basis(found: Why) -> str:
    merged = f"{found.merged_from} was merged into it · " if found.merged_from else ""
    day = f"as of the start of {wording.date_words(found.as_of)} · " if found.as_of else ""
    return f"Customer {found.customer_id} · {merged}{day}map {found.segment_map}"


def _metrics(found: Why) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("Metric", "Value", "Score", "Band", "Next score", "Share"):
        right = name in ("Value", "Score", "Share")
        table.add_column(name, justify="right" if right else "left", no_wrap=right)
    for metric in found.metrics:
        table.add_row(
            metric.metric.capitalize(),
            wording.value_words(metric, found),
            str(metric.score),
            wording.band_words(metric, found),
            wording.next_words(metric),
            f"{metric.share:.1%}",
        )
    return table


def _facts(found: Why, future: list[tuple[str, str]]) -> Table:
    rows = [
        ("Rule" if found.rfm_score is None else "Code", wording.rule_words(found)),
        ("Base", wording.share_words(found)),
    ]
    rows += [("To reach", f"{way['segment']}: {way['words']}") for way in wording.ways_up(found)]
    rows += [
        (label, words)
        for label, words in (
            ("To move up", wording.best_words(found)),
            ("One more order", wording.one_more_order(found)),
            ("To stay", wording.way_to_stay(found)),
            ("To move up", found.no_outlook_because),
        )
        if words
    ]
    rows += [("If nothing happens", words) for words in _shortened(wording.if_nothing_happens(found))]
    rows += [*future, ("What to do", found.playbook)]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for place, (label, words) in enumerate(rows):
        table.add_row("" if place and rows[place - 1][0] == label else label, escape(words))
    return table


def _shortened(turns: list[str]) -> list[str]:
    """The first turns and the last; --json has them all."""
    return turns if len(turns) <= _TURNS_SHOWN else [*turns[: _TURNS_SHOWN - 1], f"… {turns[-1]}"]


def _moves(found: Why) -> Table:
    table = Table.grid(padding=(0, 2))
    for move in found.moves[:_MOVES_SHOWN]:
        table.add_row(*map(escape, wording.move_words(move)))
    return table
