"""The exports made by hand in tests/data/exports: landed, changed, and what must come of them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from regulars.engines.base import Session
from regulars.land.given import Given
from regulars.land.ledger import Load
from regulars.land.stage import land
from regulars.settings import Settings
from regulars.source_settings import SourceSettings
from regulars.sources import open_delivery

Rows = list[dict[str, str]]
EXPORTS = Path(__file__).resolve().parents[1] / "data" / "exports"
ZONES = {"paypal": "Europe/Berlin", "woocommerce_orders": "Europe/London"}


def expected(vendor: str) -> tuple[list[str], list[str]]:
    """The orders and the rows set aside that must come of a vendor's file, as they stand beside it."""
    found, _, aside = (EXPORTS / f"{vendor}.expected.txt").read_text(encoding="utf-8").partition("\n\n")
    return found.splitlines(), aside.splitlines()


def shop(vendor: str, **sources: SourceSettings) -> Settings:
    """Settings of a shop in the vendor's zone."""
    zone = ZONES.get(vendor, "America/New_York")
    return Settings(shop={"timezone": zone, "country": "US"}, sources=sources)  # type: ignore[arg-type]


def landed(durable: Session, path: Path, settings: Settings) -> Load:
    """The load of one file."""
    item = Given(open_delivery(path), None, SourceSettings())
    return land(durable, settings, [item]).loads[0]


def orders(durable: Session) -> list[str]:
    """The staged orders, a line each, with the meaning of their status."""
    words = dict(line.split(",") for line in (files("regulars") / "status_words.csv").read_text().splitlines())
    rows = durable.query(
        "select order_id, customer_key, ordered_at, amount, currency, status, refunded_amount, refund_date"
        " from staging.orders order by _row"
    ).to_pylist()
    for row in rows:
        row["status"] = words[row["status"]]
    return [" | ".join("" if value is None else str(value) for value in row.values()).rstrip(" |") for row in rows]


def rejected(durable: Session) -> list[str]:
    """The rows set aside, a line each."""
    sql = "select row_number, field, reason, coalesce(value, '') from staging.rejected_rows order by row_number"
    return [" | ".join(map(str, row.values())).rstrip(" |") for row in durable.query(sql).to_pylist()]


def rewritten(vendor: str, folder: Path, change: Callable[[Rows], Rows]) -> Path:
    """The vendor's file with its rows changed."""
    with (EXPORTS / f"{vendor}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = change(list(csv.DictReader(file)))
    path = folder / f"{vendor}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def renamed(column: str, to: str | None) -> Callable[[Rows], Rows]:
    """A column under another name, or left out."""

    def change(rows: Rows) -> Rows:
        return [{(to if k == column else k): v for k, v in row.items() if k != column or to} for row in rows]  # type: ignore[misc]

    return change
