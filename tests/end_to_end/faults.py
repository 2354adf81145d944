"""Kinds of faults that a delivery can have, and the check that has to find each: data for the tests and the docs.

A fault changes what a shop delivers in one night, or the settings of the night. One that `stops` keeps the night from
going live; the others are told. Faults of one `NIGHTS` entry come together: each is found by a check of its own, which
looks at nothing that the others have changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.end_to_end.nightly import Row

News = dict[str, list[Row]]
# All that was delivered before the night, for faults that deliver it again.
Change = Callable[[News, News], News]


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Args:
        what: What happened, as a row of the table in docs/quality.md.
        check: The check that has to find it; `land` where it does not even land.
        change: What it makes of the night's news.
        stops: Whether nothing goes live with it.
        options: Settings of the night.
    """

    what: str
    check: str
    change: Change
    stops: bool = True
    options: dict[str, Any] = field(default_factory=dict)


def _each(entity: str, **columns: Callable[[Row], str]) -> Change:
    """Other values in some columns of every row."""

    def change(news: News, before: News) -> News:
        return news | {entity: [row | {name: of(row) for name, of in columns.items()} for row in news[entity]]}

    return change


def _some(entity: str, step: int, rest: int = 0, **columns: Callable[[Row], str]) -> Change:
    """Other values in the rows whose places leave a rest when they are divided by a step."""

    def change(news: News, before: News) -> News:
        return news | {
            entity: [
                row | {name: of(row) for name, of in columns.items()} if place % step == rest else row
                for place, row in enumerate(news[entity])
            ]
        }

    return change


def _renamed(entity: str, old: str, new: str) -> Change:
    def change(news: News, before: News) -> News:
        return news | {entity: [{new if k == old else k: v for k, v in row.items()} for row in news[entity]]}

    return change


def _kept(entity: str, keep: Callable[[int, Row], bool]) -> Change:
    def change(news: News, before: News) -> News:
        return news | {entity: [row for place, row in enumerate(news[entity]) if keep(place, row)]}

    return change


def _again(rows: Iterable[Row], **columns: Callable[[Row], str]) -> list[Row]:
    return [row | {name: of(row) for name, of in columns.items()} for row in rows]


def _doubled(**columns: Callable[[Row], str]) -> Change:
    """Every order once more under another id."""

    def change(news: News, before: News) -> News:
        other = _again(news["orders"], order_id=lambda row: f"9{row['order_id']}", **columns)
        return news | {"orders": [*news["orders"], *other]}

    return change


def _whole_past(**columns: Callable[[Row], str]) -> Change:
    """All orders are delivered once more, changed."""

    def change(news: News, before: News) -> News:
        return news | {"orders": _again([*before["orders"], *news["orders"]], **columns)}

    return change


def _always(value: str) -> Callable[[Row], str]:
    return lambda row: value


def _times(factor: float) -> Callable[[Row], str]:
    return lambda row: f"{float(row['amount']) * factor:.2f}"


def _later(hours: int) -> Callable[[Row], str]:
    return lambda row: str(dt.datetime.fromisoformat(row["ordered_at"]) + dt.timedelta(hours=hours))


def _written(form: str) -> Callable[[Row], str]:
    return lambda row: dt.datetime.fromisoformat(row["ordered_at"]).strftime(form)


_LATE = {"quality": {"warn_after": "12 hours", "error_after": "20 hours"}}


def _mix(trait: str) -> str:
    return f"mix_of_{trait}_is_as_before"


def _volume(measure: str) -> str:
    return f"volume_of_{measure}_is_as_before"


def _other_year(year: str) -> Callable[[Row], str]:
    return lambda row: year + row["ordered_at"][4:]


def _some_twice(news: News, before: News) -> News:
    again = [row for place, row in enumerate(news["orders"]) if place % 30 == 11]
    return news | {"orders": [*news["orders"], *_again(again, order_id=lambda row: f"9{row['order_id']}")]}


NIGHTS = {
    "nothing and half of everybody": (
        Fault("A source stops", _volume("orders"), _kept("orders", lambda place, row: False)),
        Fault("A source is older than its limit", "freshness_of_orders", lambda news, past: news, options=_LATE),
        Fault("A whole export breaks off", "exports_are_whole", _kept("customers", lambda place, row: place % 2 == 0)),
    ),
    "half": (
        Fault("A source halves", _volume("orders"), _kept("orders", lambda place, row: place % 2 == 0)),
        Fault(
            "Most e-mails are malformed",
            "emails_are_well_formed",
            _each("customers", email=lambda row: row["email"].replace("@", " at ")),
        ),
    ),
    "a third": (
        Fault("A file breaks off after a third", _volume("orders"), _kept("orders", lambda place, row: place < 35)),
        Fault("E-mails are gone", _mix("email"), _renamed("customers", "email", "zzz1")),
        Fault("Phone numbers are gone", _mix("phone"), _renamed("customers", "phone", "zzz2")),
        Fault("Consents are gone", _mix("consent"), _renamed("customers", "consent", "zzz3")),
        Fault("Birth dates are gone", _mix("birth_date"), _renamed("customers", "birth_date", "zzz4")),
        Fault("Cities are gone", _mix("city"), _renamed("customers", "city", "zzz5")),
        Fault("Everyone has one gender", _mix("gender"), _each("customers", gender=_always("female"))),
        Fault("Everyone lives in one country", _mix("country"), _each("customers", country=_always("Atlantis"))),
    ),
    "twice": (Fault("Every order comes twice, under two ids", "orders_are_not_doubled", _doubled()),),
    "double": (Fault("A source doubles", _volume("orders"), _doubled(ordered_at=_later(-1), amount=_times(1.1))),),
    "one customer": (
        Fault("All orders are those of one customer", _volume("buyers"), _each("orders", customer_id=_always("1001"))),
    ),
    "money, clock, store and status": (
        Fault("A source changes its currency", _mix("currency"), _each("orders", currency=_always("USD"))),
        Fault("Amounts are of another money, unsaid", _mix("basket"), _each("orders", amount=_times(160))),
        Fault("A source shifts its time zone", _mix("time_of_day"), _each("orders", ordered_at=_later(-6))),
        Fault("A column is renamed", _mix("store"), _renamed("orders", "store", "zzz1")),
        Fault("The column of the status is renamed", _mix("status"), _renamed("orders", "status", "zzz2")),
    ),
    "cents, days and cancellations": (
        Fault("Amounts are cents", _mix("basket"), _each("orders", amount=lambda row: row["amount"].replace(".", ""))),
        Fault("Times are lost, days stay", _mix("time_of_day"), _each("orders", ordered_at=_written("%Y-%m-%d"))),
        Fault("Every order is cancelled", _mix("status"), _each("orders", status=_always("cancelled"))),
    ),
    "commas": (
        Fault(
            "Amounts have a decimal comma",
            "numbers_are_readable",
            _each("orders", amount=lambda row: row["amount"].replace(".", ",")),
        ),
    ),
    "months": (
        Fault("Month and day are swapped", _mix("date"), _each("orders", ordered_at=_written("%m/%d/%Y %H:%M:%S"))),
    ),
    "minus and years to come": (
        Fault("Amounts are negative", _mix("basket"), _each("orders", amount=_times(-1))),
        Fault("The year is mistyped", _mix("date"), _each("orders", ordered_at=_other_year("2052"))),
    ),
    "nought and last year": (
        Fault("Amounts are nought", _mix("basket"), _each("orders", amount=_always("0"))),
        Fault("Orders of last year come as new", _mix("date"), _each("orders", ordered_at=_other_year("2024"))),
    ),
    "no large store": (
        Fault(
            "The largest store is missing", _mix("store"), _kept("orders", lambda place, row: row["store"] != "Online")
        ),
    ),
    "one amount": (
        Fault("One amount is mistyped", _volume("revenue"), _some("orders", 1000, amount=_always("9999999"))),
        Fault("One order outweighs the shop", "no_order_outweighs_the_shop", lambda news, past: news, stops=False),
    ),
    "thirds that cannot be read": (
        Fault("Many amounts are no numbers", "numbers_are_readable", _some("orders", 3, amount=_always("n/a"))),
        Fault("Many dates are none", "dates_are_readable", _some("orders", 3, 1, ordered_at=_always("soon"))),
    ),
    "no customers": (
        Fault(
            "Orders have no customer",
            _mix("customer"),
            _some("orders", 2, customer_id=_always(""), email=_always(""), phone=_always("")),
        ),
    ),
    "no ids": (Fault("Half of the rows cannot be used", "rows_are_usable", _some("orders", 2, order_id=_always(""))),),
    "small things": (
        Fault(
            "Some amounts are no numbers",
            "nearly_all_numbers_are_readable",
            _some("orders", 30, 1, amount=_always("n/a")),
            stops=False,
        ),
        Fault(
            "Dates are mixed, some are none",
            "nearly_all_dates_are_readable",
            _some("orders", 30, 2, ordered_at=_always("99.99.2025")),
            stops=False,
        ),
        Fault(
            "Some rows cannot be used",
            "nearly_all_rows_are_usable",
            _some("orders", 30, 3, order_id=_always("")),
            stops=False,
        ),
        Fault(
            "A program made dates up",
            "no_order_is_older_than_web_shops",
            _some("orders", 40, 4, ordered_at=_always("1970-01-01 00:00:00")),
            stops=False,
        ),
        Fault(
            "The status has words nobody knows",
            "every_status_word_is_known",
            _some("orders", 30, 5, status=_always("erledigt!")),
            stops=False,
        ),
        Fault(
            "A currency comes without a rate",
            "every_order_is_converted",
            _some("orders", 30, 6, currency=_always("CHF")),
        ),
        Fault("Some orders come twice", "no_order_is_there_twice", _some_twice, stops=False),
    ),
    "the past in another money": (
        Fault("The past comes again in another money", "past_is_as_published", _whole_past(amount=_times(1.3))),
    ),
    "the past by another clock": (
        Fault("The past comes again by another clock", _mix("time_of_day"), _whole_past(ordered_at=_later(9))),
    ),
    "the past under other ids": (
        Fault(
            "The past comes again under other ids",
            "past_is_as_published",
            _whole_past(order_id=lambda row: f"9{row['order_id']}", amount=_times(1.01)),
        ),
    ),
    "a required column": (Fault("A required column is renamed", "land", _renamed("orders", "amount", "zzz")),),
}
FAULTS = tuple(fault for night in NIGHTS.values() for fault in night)
