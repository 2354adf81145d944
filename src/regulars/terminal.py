"""What the command line looks like: tables, stages going by, and JSON for machines."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def print_json(rows: Iterable[dict[str, Any]]) -> None:
    """Rows as one JSON array: dates in ISO form, money as text with its decimals."""
    print(json.dumps(list(rows), default=str, ensure_ascii=False, indent=2))


def print_table(data: pa.Table, title: str = "", *, columns: Sequence[str] = (), wide: Sequence[str] = ()) -> None:
    """An Arrow table for people: thousands separated, numbers to the right, long text wrapped.

    Args:
        data: The rows; few.
        title: Printed above.
        columns: Which columns, in which order; none = all.
        wide: Columns that take the width that is left.
    """
    names = list(columns) or data.column_names
    table = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, title_style="bold")
    for name in names:
        kind = data.schema.field(name).type
        number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        table.add_column(
            heading(name),
            justify="right" if number else "left",
            no_wrap=name not in wide,
            overflow="fold" if name in wide else "ellipsis",
            ratio=1 if name in wide else None,
        )
    for row in data.select(names).to_pylist():
        table.add_row(*(escape(shown(name, row[name])) for name in names))
    console.print(table)


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
