"""The two JSON files of the truth: the parameters everything was drawn from, and how much of everything there is."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.demo.dates import DATE_STYLES
from regulars.demo.dirt import EMPTY, CustomerDirt
from regulars.demo.history import History
from regulars.demo.orders import COMPLETED, NOT_YET, STATUSES
from regulars.demo.people import KINDS
from regulars.demo.records import EMAIL_VARIATIONS, NAME_VARIATIONS, PHONE_TRUNCATED, PHONE_VARIATIONS, Records
from regulars.demo.shop import FUTURE_DAYS, Shop
from regulars.demo.truth import HORIZONS, WINDOW_DAYS, RfmInputs


def parameters(shop: Shop, rate_factor: float) -> dict[str, Any]:
    """What was asked for and every parameter in use; a target of orders multiplied the rates by `rate_factor`."""
    options, recipe = shop.options, shop.recipe
    process = asdict(recipe.process) | {"alpha": recipe.process.alpha / rate_factor}
    return {
        "options": asdict(options) | {"start": str(options.start), "end": str(options.end)},
        "as_of": str(options.as_of),
        "window_days": WINDOW_DAYS,
        "future_days": FUTURE_DAYS,
        "horizons": list(HORIZONS),
        "process": {"name": "Pareto/NBD", "time_unit": "week", "time_zero": "first purchase", **process},
        "spend": {"name": "Gamma-Gamma", **asdict(recipe.spend)},
        "season": asdict(recipe.season),
        "people": asdict(recipe.people),
        "orders": asdict(recipe.orders),
        "dirt": asdict(recipe.dirt) if options.dirt else None,
        "duplicate": asdict(recipe.duplicate) if options.dirt else None,
        "locales": [asdict(locale) for locale in recipe.locales],
        "versions": {name: version(name) for name in ("faker", "numpy", "pyarrow")},
    }


def counts(
    shop: Shop,
    history: History,
    rfm: RfmInputs,
    records: Records,
    *,
    dirt: CustomerDirt,
    order_style: npt.NDArray[np.int8],
) -> dict[str, Any]:
    """People, orders, money and dirt in numbers."""
    orders = history.orders
    completed = orders.status == COMPLETED
    is_text = shop.options.dirt and not shop.options.plain_orders
    return {
        "people": {
            "all": shop.people.count,
            **_by_word(shop.people.kind, KINDS),
            "alive_buyers": int(np.sum(history.buyers.end_of_life > shop.days)),
            "with_one_completed_order": int(np.sum(rfm.orders == 1)),
            "with_completed_orders": int(np.sum(rfm.orders > 0)),
            "active_in_window": int(np.sum(rfm.frequency > 0)),
        },
        "customer_records": {
            "all": records.count,
            "duplicates": int(records.is_duplicate.sum()),
            "without_income": int(records.lacks_income.sum()),
            "without_birth_date": int(records.lacks_birth_date.sum()),
            "without_gender": int(records.lacks_gender.sum()),
        },
        "duplicates_by_difference": {
            "name": _by_word(records.name[records.is_duplicate], NAME_VARIATIONS),
            "email": _by_word(records.email[records.is_duplicate], EMAIL_VARIATIONS),
            "phone": _by_word(records.phone[records.is_duplicate], PHONE_VARIATIONS),
        },
        "dirty_customer_records": {
            "null_emails": int(np.sum(dirt.email == EMPTY)),
            "malformed_emails": int(np.sum((dirt.email != 0) & (dirt.email != EMPTY))),
            "null_phones": int(dirt.is_phone_missing.sum()),
            "truncated_phones": int(np.sum((records.phone == PHONE_TRUNCATED) & ~dirt.is_phone_missing)),
            "changed_case": int(np.sum(dirt.case != 0)),
            "stray_spaces": int(np.sum(dirt.spaces != 0)),
            "trademark_signs": int(np.sum(dirt.signs != 0)),
        },
        "date_formats": {
            "created_at": _by_word(dirt.created_style, DATE_STYLES),
            "birth_date": _by_word(dirt.birth_style[~records.lacks_birth_date], DATE_STYLES),
            "ordered_at": _by_word(order_style if is_text else np.zeros(orders.count, dtype=np.int8), DATE_STYLES),
        },
        "orders": {
            "all": orders.count,
            **_by_word(orders.status, STATUSES),
            "by_guests": int(orders.is_guest.sum()),
            "with_refund": int(np.sum(orders.refund_day != NOT_YET)),
            "with_discount": int(np.sum(orders.discount_cents > 0)),
        },
        "amounts": {
            "currency": shop.recipe.orders.currency,
            "all": _money(orders.cents.sum()),
            **{word: _money(orders.cents[orders.status == code].sum()) for code, word in enumerate(STATUSES)},
            "refunds_of_completed": _money(orders.refunded_cents[completed].sum()),
            "refunds_of_refunded": _money(orders.refunded_cents[~completed].sum()),
        },
        "future_orders": int(history.future.second.size),
    }


def _by_word(codes: npt.NDArray[np.int8], words: list[str]) -> dict[str, int]:
    """How many rows have each word's code."""
    return dict(zip(words, np.bincount(codes, minlength=len(words)).tolist(), strict=True))


def _money(cents: np.int64) -> str:
    """Cents as an exact decimal number."""
    return f"{cents // 100}.{cents % 100:02d}"
