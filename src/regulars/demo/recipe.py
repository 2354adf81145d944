"""The demo shop's parameters, read from shop.toml: the truth behind everything it makes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Process:
    """Pareto/NBD in weeks: purchase rates ~ Gamma(r, alpha), drop-out rates ~ Gamma(s, beta)."""

    r: float
    alpha: float
    s: float
    beta: float


@dataclass(frozen=True)
class Spend:
    """Gamma-Gamma: order values ~ Gamma(p, nu), nu ~ Gamma(q, v) over the people."""

    p: float
    q: float
    v: float


@dataclass(frozen=True)
class Season:
    """Relative business of weekdays (from Monday), months and hours."""

    weekdays: list[float]
    months: list[float]
    hours: list[float]


@dataclass(frozen=True)
class PeopleRates:
    """What kinds of people there are, and what their records lack."""

    prospects: float
    guests_only: float
    consent: float
    no_income: float
    no_birth_date: float
    no_gender: float
    youngest: int
    oldest: int


@dataclass(frozen=True)
class OrderRates:
    """How often an order is cancelled, refunded, discounted, made by a guest or online."""

    currency: str
    cancelled: float
    pending: float
    test: float
    refunded: float
    refunded_in_full: float
    discounted: float
    discount: float
    guest: float
    online: float


@dataclass(frozen=True)
class DirtRates:
    """Shares of the rows that each kind of dirt touches."""

    duplicates: float
    null_emails: float
    malformed_emails: float
    null_phones: float
    changed_case: float
    stray_spaces: float
    trademark_signs: float
    guest_changed_case: float
    guest_stray_spaces: float


@dataclass(frozen=True)
class DuplicateRates:
    """Shares of the duplicate records that differ from the person's first record in this way."""

    name_typo: float
    name_shortened: float
    name_swapped: float
    email_typo: float
    email_other: float
    phone_truncated: float
    phone_other: float
    moved: float


@dataclass(frozen=True)
class Locale:
    """One of the countries the shop sells to."""

    name: str
    country: str
    share: float
    calling_code: str
    mobile_prefixes: list[str]
    digits_after_prefix: int
    income_median: int
    stores: list[str]
    email_hosts: list[str]


@dataclass(frozen=True)
class Recipe:
    """Everything that shop.toml says."""

    process: Process
    spend: Spend
    season: Season
    people: PeopleRates
    orders: OrderRates
    dirt: DirtRates
    duplicate: DuplicateRates
    locales: tuple[Locale, ...]


def read_recipe() -> Recipe:
    """The recipe that ships with Regulars."""
    table: dict[str, Any] = tomllib.loads((files("regulars.demo") / "shop.toml").read_text(encoding="utf-8"))
    return Recipe(
        process=Process(**table["process"]),
        spend=Spend(**table["spend"]),
        season=Season(**table["season"]),
        people=PeopleRates(**table["people"]),
        orders=OrderRates(**table["orders"]),
        dirt=DirtRates(**table["dirt"]),
        duplicate=DuplicateRates(**table["duplicate"]),
        locales=tuple(Locale(**locale) for locale in table["locales"]),
    )
