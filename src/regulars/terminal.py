"""What the command line looks like: tables, stages going by, and JSON for machines."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

# A pipe or a file has no width: a table written to one is as wide as it needs.
_PIPE_WIDTH = 200
_LEAST_TEXT = 10
console = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPE_WIDTH)
errors = Console(stderr=True, highlight=False)


def print_json(rows: Iterable[dict[str, Any]]) -> None:
    """Rows as one JSON array: dates in ISO form, money as text with its decimals."""
    print(json.dumps(list(rows), default=str, ensure_ascii=False, indent=2))


def print_table(data: pa.Table, title: str = "", *, columns: Sequence[str] = (), wide: Sequence[str] = ()) -> None:
    """An Arrow table for people: thousands separated, numbers to the right and whole, long text wrapped.

    A table too wide for the terminal is written row by row, a column a line, so that no number is cut off.

    Args:
        data: The rows; few.
        title: Printed above.
        columns: Which columns, in which order; none = all.
        wide: Columns that take the width that is left.
    """
    names = list(columns) or data.column_names
    cells = [[shown(name, row[name]) for name in names] for row in data.select(names).to_pylist()]
    numbers = [_is_number(data.schema.field(name).type) for name in names]
    widths = [max([len(heading(name)), *(len(row[i]) for row in cells)]) for i, name in enumerate(names)]
    least = [w if number else min(w, _LEAST_TEXT) for w, number in zip(widths, numbers, strict=True)]
    if sum(least) + 3 * len(names) > console.width:
        _print_records(title, names, cells)
        return
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, title_style="bold")
    for name, number, width in zip(names, numbers, least, strict=True):
        table.add_column(
            heading(name),
            justify="right" if number else "left",
            no_wrap=number,
            overflow="fold",
            min_width=width,
            ratio=1 if name in wide else None,
        )
    for row in cells:
        table.add_row(*map(escape, row))
    console.print(table)


def _print_records(title: str, names: list[str], cells: list[list[str]]) -> None:
    if title:
        console.print(f"[bold]{title}[/]")
    margin = max(len(heading(name)) for name in names)
    for row in cells:
        for name, cell in zip(names, row, strict=True):
            console.print(f"  {heading(name):<{margin}}  {escape(cell)}", soft_wrap=True)
        console.print()


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def heading(name: str) -> str:
    """A column's name as a heading."""
    return name.replace("_", " ").capitalize().replace(" id", " ID").replace("Avg ", "Ø ")


def shown(name: str, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("share") or name == "retention":
        return f"{float(value):.1%}"
    if isinstance(value, int):
        return str(value) if name.endswith("_id") or name in ("year", "rfm_score") else f"{value:,}"
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


class StageWatcher:
    """Shows a run's stages: a spinner with progress while one works, one line when it is done."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._status: Status | None = None
        self._name = ""

    def stage_started(self, name: str, what: str) -> None:
        """A stage begins."""
        self._name = name
        if not self._quiet and errors.is_terminal:
            self._status = errors.status(f"[bold]{name:<8}[/] {what}")
            self._status.start()

    def progress(self, words: str) -> None:
        """How far the stage is."""
        if self._status is not None:
            self._status.update(f"[bold]{self._name:<8}[/] {escape(words)}")

    def stage_finished(self, name: str, summary: str, seconds: float) -> None:
        """A stage is done."""
        self.stop()
        if not self._quiet:
            errors.print(f"[green]✓[/] [bold]{name:<8}[/] {escape(summary)}  [dim]{seconds:.1f} s[/]")

    def note(self, words: str) -> None:
        """Something the user should know of."""
        if not self._quiet:
            errors.print(f"  [yellow]![/] {escape(words)}")

    def stop(self) -> None:
        """Takes the spinner away, if one is there."""
        if self._status is not None:
            self._status.stop()
            self._status = None
