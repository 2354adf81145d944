"""The folder of a spread demo shop: its settings file, and the files of what is in no system."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.demo import spread_settings as spread
from regulars.demo.spread import SpreadShop
from regulars.demo.systems.addresses import Addresses
from regulars.demo.write import write_table
from regulars.errors import InputError
from regulars.settings import SETTINGS_FILE

_OURS = (spread.CRM_FILE, spread.APP_FILE, spread.ORDERS_FILE, spread.PURCHASES_FILE, spread.EVENTS_FILE)


def refuse_foreign(folder: Path, customers: int, seed: int) -> None:
    """Keeps out of a folder that holds anything that would be written over, but for the same shop.

    Raises:
        InputError: It does.
    """
    settings = folder / SETTINGS_FILE
    if settings.exists():
        with settings.open(encoding="utf-8", errors="replace") as file:
            is_same = file.readline().rstrip("\n") == spread.first_line(customers, seed)
        if not is_same:
            raise InputError(
                f"{settings} is not that of the demo shop of {customers} people, seed {seed}."
                " Name another folder: what was landed from one shop does not mix with another."
            )
        return
    held = [name for name in _OURS if (folder / name).exists()]
    if held:
        raise InputError(f"{folder} holds {', '.join(held)} already. Name another folder.")


def write_folder(folder: Path, shop: SpreadShop, addresses: Addresses, customers: int, seed: int) -> None:
    """Writes the settings file and the files that it names; files of an earlier time that it names no more go.

    Raises:
        InputError: The folder cannot be written.
    """
    writers: dict[str, Callable[[Path], None]] = {
        spread.CRM_FILE: lambda path: _write_csv(path, shop.crm),
        spread.APP_FILE: lambda path: _write_lines(path, shop.app_documents()),
        spread.ORDERS_FILE: lambda path: _write_csv(path, shop.orders),
        spread.PURCHASES_FILE: lambda path: _write_csv(path, shop.purchases),
        spread.EVENTS_FILE: lambda path: _write_lines(path, shop.event_documents()),
    }
    text = spread.settings_text(addresses, customers, seed)
    wanted = spread.files_of(addresses)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The settings first: they mark the folder as ours, so that one that was left half written can be finished.
        _replace(folder / SETTINGS_FILE, lambda path: path.write_text(text, encoding="utf-8"))
        for name in wanted:
            _replace(folder / name, writers[name])
        for name in set(_OURS) - set(wanted):
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"Cannot write in {folder}: {error.strerror}. Choose another folder.") from None


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """A reader sees the file before or after, never half of it."""
    half = path.with_name(f".{path.name}.half")
    try:
        write(half)
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def _write_csv(path: Path, table: pa.Table) -> None:
    write_table(
        path, "csv", table.num_rows, lambda rows: table.slice(rows.start, rows.stop - rows.start), lambda _: None
    )


def _write_lines(path: Path, documents: Iterable[dict[str, Any]]) -> None:
    """JSON lines; a time is written as the reader of MongoDB gives it."""
    with path.open("w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps(document, ensure_ascii=False, default=lambda at: f"{at.isoformat()}Z") + "\n")
