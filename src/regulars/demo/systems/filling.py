"""Puts each part of the demo shop into the system that has an address."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from regulars.demo.spread import SpreadShop
from regulars.demo.systems.addresses import Addresses, opened
from regulars.errors import SettingsError


def fill(shop: SpreadShop, addresses: Addresses, on_progress: Callable[[str], None]) -> None:
    """Fills the systems one after the other; what one holds already is left as it is.

    Args:
        shop: The tables.
        addresses: Where the systems are.
        on_progress: Told which one is being filled.

    Raises:
        SettingsError: What writes to a system is not installed, or its address is none.
        SourceUnreachable: A system does not answer.
        InputError: One holds something else.
    """
    # Everything that may be missing is missed before anything is written.
    drivers = {
        name: _driver(name, extra)
        for name, extra in (("postgres", "sql"), ("mongo", "mongo"), ("kafka", "kafka"))
        if getattr(addresses, name) is not None
    }
    opened_addresses = {name: opened(getattr(addresses, name)) for name in drivers}
    if "postgres" in drivers:
        on_progress(f"{shop.orders.num_rows:,} orders to PostgreSQL")
        drivers["postgres"].put_orders(opened_addresses["postgres"], shop.orders)
    if "mongo" in drivers:
        on_progress(f"{shop.app.num_rows:,} customers to MongoDB")
        drivers["mongo"].put_customers(opened_addresses["mongo"], shop.app_documents())
    if "kafka" in drivers:
        on_progress(f"{shop.events.num_rows:,} events to Kafka")
        drivers["kafka"].put_events(opened_addresses["kafka"], dict(addresses.kafka_options), shop.event_documents())


def _driver(name: str, extra: str) -> Any:
    try:
        return importlib.import_module(f"regulars.demo.systems.{name}")
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"--{name} needs {error.name}, which is not installed. Install it: pip install 'regulars[{extra}]'."
        ) from None
