"""The settings file that reads a demo shop from where its parts are: a system that has an address, else a file."""

from __future__ import annotations

import json
from importlib.resources import files

from regulars.demo.systems import names
from regulars.demo.systems.addresses import Addresses

APP_FILE = "app_customers.jsonl"
CRM_FILE = "crm_customers.csv"
ORDERS_FILE = "orders.csv"
PURCHASES_FILE = "purchases.csv"
EVENTS_FILE = "events.jsonl"


def first_line(customers: int, seed: int) -> str:
    """What says which shop a folder holds."""
    return f"# The demo shop of {customers} people, seed {seed}, as `regulars demo-sources` spread it."


def files_of(addresses: Addresses) -> list[str]:
    """The files that the sources are read from, where they have no system."""
    absent = {
        APP_FILE: addresses.mongo,
        ORDERS_FILE: addresses.postgres,
        PURCHASES_FILE: addresses.api,
        EVENTS_FILE: addresses.kafka,
    }
    return [CRM_FILE, *(name for name, address in absent.items() if address is None)]


def settings_text(addresses: Addresses, customers: int, seed: int) -> str:
    """The whole settings file."""
    text = (files("regulars.templates") / "demo_sources.toml").read_text(encoding="utf-8")
    for source, place in _places(addresses).items():
        text = text.replace(f"# PLACE OF {source}", place)
    return f"{first_line(customers, seed)}\n{text}"


def _places(addresses: Addresses) -> dict[str, str]:
    """The lines that say where each source is read from."""
    return {
        "app": _file("mongo", APP_FILE)
        if addresses.mongo is None
        else _section(
            "app.mongo",
            url=addresses.mongo,
            database=names.MONGO_DATABASE,
            collection=names.MONGO_COLLECTION,
            watermark="updated_at",
        ),
        "web_shop": _file("postgres", ORDERS_FILE)
        if addresses.postgres is None
        else _section(
            "web_shop.sql",
            url=addresses.postgres,
            table=f"{names.POSTGRES_SCHEMA}.{names.POSTGRES_TABLE}",
            watermark="updated_at",
        ),
        "tills": _file("api", PURCHASES_FILE)
        if addresses.api is None
        else _section(
            "tills.rest",
            url=_below(addresses.api, "purchases"),
            records="purchases",
            batch_field="mobiles",
            batch_keys="phone",
        )
        + '\nparams = { bought_in = "stores" }',
        "site": _file("kafka", EVENTS_FILE)
        if addresses.kafka is None
        else _section("site.kafka", servers=addresses.kafka, topic=names.KAFKA_TOPIC)
        + "".join(f"\noptions.{json.dumps(key)} = {json.dumps(value)}" for key, value in addresses.kafka_options),
    }


def _file(option: str, name: str) -> str:
    return f'path = "{name}" # a file, as no --{option} was given'


def _section(name: str, **settings: str) -> str:
    return "\n".join([f"[sources.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in settings.items())])


def _below(address: str, path: str) -> str:
    """The API's address with its path; a variable holds both."""
    return address if address.startswith("env:") else f"{address.rstrip('/')}/{path}"
