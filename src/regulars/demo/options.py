"""What a caller may choose about the demo shop, and what they get back."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from regulars.errors import InputError

FileFormat = Literal["csv", "parquet"]
OnProgress = Callable[[str, int, int], None]  # what is being made, rows done, rows in all (0 while unknown)

# Each person needs two mobile numbers of their own, and a country's mobile prefixes hold only so many.
MOST_CUSTOMERS = 5_000_000


@dataclass(frozen=True, kw_only=True)
class ShopOptions:
    """The demo shop to make. Equal options make byte-identical files.

    Attributes:
        customers: True people, whether they have an account, buy as guests or never buy.
        orders: Rows of the orders file, met exactly; None takes what the buying process yields (about 6 a person).
        seed: Any whole number from 0.
        start: First day of the history.
        end: Last day of the history; nothing later is in the files, only in the truth about future purchases.
        format: Of all files: "csv", or "parquet".
        dirt: Duplicate customers with typos, missing and malformed values, four date formats, at known rates.
        plain_orders: A bare orders file (order_id, customer_id, ordered_at, amount, currency, status, store), without
            guests, refunds and discounts; for benchmarks.
    """

    customers: int = 2_000
    orders: int | None = None
    seed: int = 1
    start: dt.date = dt.date(2024, 1, 1)
    end: dt.date = dt.date(2025, 12, 31)
    format: FileFormat = "csv"
    dirt: bool = True
    plain_orders: bool = False

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            raise InputError("The demo shop cannot be made. " + " ".join(problems))

    @property
    def history_days(self) -> int:
        """Days from the first to the last day of the history, both included."""
        return (self.end - self.start).days + 1

    @property
    def as_of(self) -> dt.date:
        """The day after the history, which is the start of the future."""
        return self.end + dt.timedelta(days=1)

    def _problems(self) -> list[str]:
        problems = []
        fewest_orders = math.ceil(self.customers * 1.25)
        if not 1 <= self.customers <= MOST_CUSTOMERS:
            problems.append(
                f"It can have 1 to {MOST_CUSTOMERS:,} customers, not {self.customers:,}; choose one of these."
            )
        if self.orders is not None and self.orders < fewest_orders:
            problems.append(
                f"{self.orders:,} orders are too few for {self.customers:,} customers, as every buyer buys at least "
                f"once and some come back; ask for {fewest_orders:,} orders or more, or for fewer customers."
            )
        if self.seed < 0:
            problems.append(f"The seed is {self.seed}; choose a whole number from 0.")
        if self.history_days < 1:
            problems.append(f"Its history ends on {self.end} before it starts on {self.start}; choose a later end.")
        elif not dt.date(1980, 1, 1) <= self.start or self.end > dt.date(2099, 12, 31):
            problems.append(
                f"Its history ({self.start} to {self.end}) lies outside 1980 to 2099; choose dates in between."
            )
        if self.format not in ("csv", "parquet"):
            problems.append(f"`{self.format}` is no format of its files; choose csv or parquet.")
        return problems


@dataclass(frozen=True)
class GeneratedShop:
    """What was made and where.

    Attributes:
        revenue: Sum of the completed orders' amounts, before refunds.
        refunds: Sum of what was refunded on them within the history.
    """

    folder: Path
    customers_file: Path
    orders_file: Path
    truth_folder: Path
    people: int
    customer_records: int
    orders: int
    guest_orders: int
    revenue: Decimal
    refunds: Decimal
    currency: str
