"""Shops whose files come one after the other: small ones made by hand, and one of two hundred customers by arithmetic.

The large one comes in two deliveries. The second brings what the first one's days should have known: late orders,
refunds, a cancellation, customers who turn out to be one person and one that turns out to be two, and newcomers; and
then the orders of the days that follow.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end import doors

from regulars.cluster_settings import ClusterSettings
from regulars.engines.base import open_engine
from regulars.pipeline import STAGES, Request, RunReport, run_pipeline
from regulars.quality_settings import QualitySettings
from regulars.settings import RfmSettings, Settings
from regulars.source_settings import SourceSettings

COLUMNS = {
    "customers": ("customer_id", "email", "created_at"),
    "orders": ("order_id", "customer_id", "ordered_at", "amount", "status", "refunded_amount", "refund_date"),
}
Row = Sequence[object]


@dataclass
class GrowingShop:
    """A folder of files, customers_1.csv and so on, and the warehouse beside them."""

    folder: Path
    files: int = 0

    @property
    def warehouse(self) -> Path:
        """The folder that holds what is published."""
        return self.folder / "warehouse"

    def deliver(self, customers: Iterable[Row] = (), orders: Iterable[Row] = ()) -> None:
        """Puts down one file of each kind; a row that is cut short is empty in its last columns."""
        self.files += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        for entity, rows in (("customers", customers), ("orders", orders)):
            columns = COLUMNS[entity]
            with (self.folder / f"{entity}_{self.files}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(columns)
                writer.writerows([*row, *[""] * (len(columns) - len(row))] for row in rows)

    def settings(self, **rfm: Any) -> Settings:
        """The settings of a run of this shop."""
        entities = {entity: SourceSettings(path=str(self.folder / f"{entity}_*.csv")) for entity in COLUMNS}
        # A handful of orders is never as usual.
        return Settings(
            warehouse=str(self.warehouse),
            rfm=RfmSettings(**rfm),
            clusters=ClusterSettings(k=2),
            quality=QualitySettings(drift="off"),
            sources=entities,
        )

    def run(self, **rfm: Any) -> RunReport:
        """Lands what is new and publishes."""
        return run_pipeline(self.settings(**rfm), Request())

    def run_stage_by_stage(self, **rfm: Any) -> None:
        """The same, each stage in a run of its own."""
        for stage in STAGES:
            run_pipeline(self.settings(**rfm), Request(stages=[stage.name]))

    def decide_that_one_are(self, left_key: str, right_key: str) -> None:
        """Somebody has looked at two customers and found one person."""
        engine = open_engine(self.settings())
        engine.prepare()
        with engine.durable() as durable:
            durable.execute(
                "insert into ops.identity_decisions values ('merge', $1, $2, timestamp '2025-01-02 03:04:05', null)",
                (left_key, right_key),
            )

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query of the published tables finds."""
        return doors.ask(self.warehouse / "live.duckdb", sql)

    def ids(self) -> dict[str, int]:
        """The golden customer of every customer key."""
        return dict(self.ask("select distinct customer_key, customer_id from marts.customer_identity_map"))

    def names(self) -> dict[int, str]:
        """The smallest key of every golden customer: the same name in every warehouse."""
        return dict(
            self.ask("select customer_id, min(customer_key) from marts.customer_identity_map group by customer_id")
        )

    def kept_restatements(self, names: dict[int, str]) -> list[tuple[Any, ...]]:
        """The durable ones."""
        found = doors.ask(
            self.warehouse / "durable.duckdb",
            "select customer_id, event, cause, from_segment, to_segment, as_of, as_of, restated_by"
            " from ops.segment_restatements",
        )
        return sorted([(names[customer_id], *event) for customer_id, *event in found], key=str)

    def restatements(self, names: dict[int, str]) -> list[tuple[Any, ...]]:
        """Every restatement that is published, by the customers' names."""
        found = self.ask(
            "select customer_id, event, cause, from_segment, to_segment, from_as_of, as_of, restated_by"
            " from marts.segment_events where is_restatement"
        )
        return sorted([(names[customer_id], *event) for customer_id, *event in found], key=str)

    def command(self, *words: str) -> doors.Outcome:
        """The command line on this warehouse."""
        return doors.command(*words, "--warehouse", str(self.warehouse), folder=self.folder)

    def run_as_of(self, as_of: dt.date) -> doors.Outcome:
        """`regulars run --as-of` of this folder's files into its warehouse."""
        sources = "".join(f'[sources.{entity}]\npath = "{entity}_*.csv"\n' for entity in COLUMNS)
        (self.folder / "regulars.toml").write_text(sources, encoding="utf-8")
        return self.command("run", "--as-of", str(as_of), "--k", "2", "-q", "--json")


FIRST_DAY = dt.date(2023, 5, 10)
DAYS = 600  # to the end of December 2024
DELIVERED = dt.date(2024, 11, 20)  # the last day that the first delivery knows
PEOPLE = 200
LATE_SIGN_UP = "p003"  # after the newest order
UNDATED = "p004"  # nothing says when
# Found to be one person in the second delivery by an e-mail, or by a decision; and one found to be two.
SAME_EMAIL = [("c020", "c010"), ("c021", "c121"), ("c007", "p001"), ("c160", "c060")]
DECIDED = [("c030", "c131"), ("c090", "c031")]
TOLD_APART = ("c040", "c140")
LATE_ORDERS = [("c015", 300), ("c016", 420), ("c017", 500), ("c018", 541), ("c019", 100), ("n001", 210), ("n002", 530)]
REFUNDED = range(3, PEOPLE, 17)
CANCELLED = "o25-2"


def day(number: int) -> dt.date:
    """A day of the large shop's history."""
    return FIRST_DAY + dt.timedelta(days=number)


def orders_by_arithmetic() -> list[tuple[str, str, dt.date, str, str]]:
    """Everybody comes at a pace of their own, from a day of their own, and stays away at last."""
    rows = []
    for number in range(1, PEOPLE + 1):
        first, pace, last = number * 7 % 347, 9 + number * 13 % 83, 100 + number * 29 % DAYS
        for turn, when in enumerate(range(first, min(DAYS, first + last), pace)):
            amount = f"{5 + (number * 37 + turn * 11) % 90}.{(number + turn) % 100:02}"
            rows.append((f"o{number}-{turn}", f"c{number:03}", day(when), amount, "completed"))
    return [*rows, ("o-last", "c001", day(DAYS - 1), "10", "completed")]


def first_delivery(shop: GrowingShop) -> None:
    """What was known on the evening of DELIVERED."""
    shared = dict.fromkeys(TOLD_APART, f"{TOLD_APART[0]}@post.example")
    customers: list[Row] = []
    for number in range(1, PEOPLE + 1):
        key = f"c{number:03}"
        created_at = day(number * 7 % 347 - number % 5) if number % 3 else ""
        customers.append((key, shared.get(key, f"{key}@post.example"), created_at))
    customers += [
        ("p001", "", day(40)),
        ("p002", "p002@post.example", day(333)),
        (LATE_SIGN_UP, "p003@post.example", dt.date(2025, 1, 20)),
        (UNDATED, "p004@post.example"),
    ]
    shop.deliver(customers, [row for row in orders_by_arithmetic() if row[2] <= DELIVERED])


def second_delivery(shop: GrowingShop) -> None:
    """What should have been known then, and the days that follow."""
    everything = orders_by_arithmetic()
    by_id = {row[0]: row for row in everything}
    refunds = []
    for number in REFUNDED:
        order_id, key, when, amount, status = by_id[f"o{number}-1"]
        refunded_on = min(when + dt.timedelta(days=number % 40), DELIVERED - dt.timedelta(days=1))
        refunds.append((order_id, key, when, amount, status, amount if number % 2 else "4.50", refunded_on))
    late = [
        (f"late-{place}", key, day(when), f"{80 + place * 60}", "completed")
        for place, (key, when) in enumerate(LATE_ORDERS)
    ]
    linked = [(other, f"{key}@post.example") for key, other in SAME_EMAIL]
    apart = [(TOLD_APART[1], f"{TOLD_APART[1]}@post.example", day(int(TOLD_APART[1][1:]) * 7 % 347))]
    shop.deliver(
        [*linked, *apart, ("n003", "n003@post.example", day(200))],
        [
            *(row for row in everything if row[2] > DELIVERED),
            *late,
            *refunds,
            (*by_id[CANCELLED][:4], "cancelled"),
        ],
    )


def decide(shop: GrowingShop) -> None:
    """What somebody found out about customers in the meantime."""
    for left, right in DECIDED:
        shop.decide_that_one_are(left, right)
