"""Makes a demo shop: customers and orders as a shop would export them, and beside them, in truth/, what is true.

    customers                 one row per customer record; a person can have several
    orders                    one row per order, oldest first
    truth/people              person_id, who they are, and what the buying process hides
    truth/identity            customer_id, person_id, and how a duplicate differs
    truth/guest_orders        order_id, person_id
    truth/rfm                 person_id, recency, frequency, monetary as of the day after the history
    truth/future              person_id, orders and value of the next 30, 90 and 365 days
    truth/counts.json         how much of everything there is: people, orders, money, dirt
    truth/parameters.json     what was asked for, and the parameters of every distribution

Equal options make byte-identical files, with the same versions of Faker, NumPy and Arrow; nothing here reads the clock.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from regulars.demo.counts import counts, parameters
from regulars.demo.drawing import draw
from regulars.demo.options import GeneratedShop, OnProgress, ShopOptions
from regulars.demo.truth import FutureTruth, GuestTruth, IdentityTruth, PeopleTruth, RfmTruth, true_rfm
from regulars.demo.write import MARKER, Rows, replaced_folder, write_table


def generate(
    options: ShopOptions, folder: Path, on_progress: OnProgress | None = None, force: bool = False
) -> GeneratedShop:
    """Makes the demo shop that `options` describe in `folder`.

    Args:
        options: The shop to make.
        folder: Where to; made if it is not there. An earlier generated shop in it is replaced.
        on_progress: Called with the name of what is being written, its rows so far, and its rows in all.
        force: Write into the folder even if it holds other things; only files of the same names are replaced.

    Returns:
        Where the files are, and the totals.

    Raises:
        InputError: The folder is a file, or holds other things and `force` is not set.
    """
    with replaced_folder(folder, force) as hidden:
        return _make(options, folder, hidden, on_progress or _silent)


def _make(options: ShopOptions, folder: Path, hidden: Path, on_progress: OnProgress) -> GeneratedShop:
    """Draws everything, then writes it file by file."""
    drawn = draw(options, on_progress)
    shop, history, orders, records = drawn.shop, drawn.history, drawn.orders, drawn.records
    rfm = true_rfm(orders, shop.people.count, shop.days)

    people = shop.people.count
    files: list[tuple[str, int, Rows]] = [
        ("customers", records.count, drawn.customers),
        ("orders", orders.count, drawn.orders_file),
        ("truth/people", people, PeopleTruth(shop, history.buyers, shop.recipe.spend)),
        ("truth/identity", records.count, IdentityTruth(records)),
        ("truth/guest_orders", int(orders.is_guest.sum()), GuestTruth(orders)),
        ("truth/rfm", people, RfmTruth(rfm)),
        ("truth/future", people, FutureTruth(shop, history.buyers, history.future)),
    ]
    (hidden / "truth").mkdir()
    for name, rows_in_all, rows in files:
        path = hidden / f"{name}.{options.format}"
        write_table(path, options.format, rows_in_all, rows, partial(_report, on_progress, name, rows_in_all))
    totals = counts(shop, history, rfm, records, dirt=drawn.dirt, order_style=drawn.order_style)
    _write_json(hidden / "truth" / "counts.json", totals)
    _write_json(hidden / MARKER, parameters(shop, history.rate_factor))
    return GeneratedShop(
        folder=folder,
        customers_file=folder / f"customers.{options.format}",
        orders_file=folder / f"orders.{options.format}",
        truth_folder=folder / "truth",
        people=people,
        customer_records=records.count,
        orders=orders.count,
        guest_orders=int(orders.is_guest.sum()),
        revenue=Decimal(totals["amounts"]["completed"]),
        refunds=Decimal(totals["amounts"]["refunds_of_completed"]),
        currency=totals["amounts"]["currency"],
    )


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _report(on_progress: OnProgress, what: str, rows: int, done: int) -> None:
    """Progress with the rows written last, as the writer knows only them."""
    on_progress(what, done, rows)


def _silent(what: str, done: int, rows: int) -> None:
    """Nobody asked for progress."""
