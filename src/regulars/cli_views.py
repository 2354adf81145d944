"""What each command shows: asks the published warehouse or the journal, and prints."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.cli_predictions import one_customer
from regulars.engines.base import open_engine
from regulars.errors import InputError
from regulars.serve.foretold import foretold
from regulars.serve.queries import Queries
from regulars.settings import Settings
from regulars.terminal import StageWatcher, console, errors, print_json, print_table, shown

_SEGMENT_COLUMNS = ("segment", "customers", "share", "revenue", "revenue_share")
_WIDE = 120
_SHOWN_APART = ("customer_id", "full_name", "segment")
# Columns of customer_360 that are said in words, with their verdicts, in a part of their own.
_OF_THE_FUTURE = (
    "clv",
    "is_clv_validated",
    "probability_alive",
    "churn_probability",
    "health",
    "health_score",
    "expected_next_order_date",
)


def segments(settings: Settings, as_json: bool, as_of: dt.date | None = None) -> None:
    """The segment table, under a line that says what it was made from."""
    if as_of is None:
        queries = _queries(settings)
        basis, table = queries.basis(), queries.segments()
    else:
        from regulars.serve.time_machine import segments_as_of

        with errors.status(f"Going back to {as_of}") as spinner:
            basis, table = segments_as_of(
                open_engine(settings), as_of, lambda words: spinner.update(f"Going back to {as_of}: {words}")
            )
    if as_json:
        print_json(table.to_pylist())
        return
    if basis.as_of is None:
        console.print(
            "\n[bold yellow]There is no valid order yet[/], so everyone is a prospect."
            " `regulars sources list` says what landed."
        )
        return
    money = f", money in {basis.currency}" if basis.currency else ""
    through = f", data through {basis.data_through}" if basis.data_through else ""
    console.print(
        f"\n[bold]{basis.customers:,} customers, {basis.orders:,} valid orders[/]"
        f"  as of the start of {basis.as_of}{through}, window {basis.window_days} days, map {basis.segment_map}{money}"
    )
    if console.width >= _WIDE:
        print_table(table, columns=(*_SEGMENT_COLUMNS, "playbook"), wide=("playbook",))
    else:
        print_table(table, columns=_SEGMENT_COLUMNS)
        print_table(table, "What to do", columns=("segment", "playbook"), wide=("playbook",))


def refuse_own_data(settings: Settings) -> None:
    """Keeps the demo out of a warehouse that anything but the demo has written to.

    Raises:
        InputError: It holds data of the user's own.
    """
    engine = open_engine(settings)
    commands = set(engine.journal.runs_table().column("command").to_pylist())
    if commands - {"demo"}:
        raise InputError(
            f"The warehouse {engine.location} is in use, and the demo would mix a made-up shop into it."
            " Give the demo one of its own: regulars demo -w demo-warehouse."
        )


def next_steps() -> None:
    """What to do after the demo."""
    console.print(
        "[bold]Next[/]\n"
        "  regulars segments                               this table again\n"
        "  regulars segments --as-of 2025-06-01            the same as of any past day\n"
        "  regulars export top.csv --segment Champions     a list to act on\n"
        "  regulars customer 100000001                     all about one customer\n"
        "  regulars why 100000001                          why in this segment, and what would change it\n"
        "  regulars predictions                            what is foretold, and how good it is\n"
        "  regulars check                                  what the checks found, and what to do\n"
        "  regulars status                                 what is live and why\n"
        "  regulars run YOUR-ORDERS.csv -w mine            the same for your shop\n"
    )


def customer(settings: Settings, who: str, as_json: bool) -> None:
    """One customer: the wide row in groups, source records and newest orders."""
    queries = _queries(settings)
    customer_id = queries.customer(who)
    row: dict[str, Any] = queries.customer_360(customer_id).to_pylist()[0]
    sources = queries.customer_sources(customer_id)
    orders = queries.customer_orders(customer_id) if queries.serves_orders() else None
    fields = queries.field_sources(customer_id)
    ahead = foretold(queries, customer_id)
    if as_json:
        tables = {"records": sources, "field_sources": fields, "orders": orders}
        future = {"predictions": ahead.to_dict() if ahead else None}
        print_json(
            [row | {name: None if table is None else table.to_pylist() for name, table in tables.items()} | future]
        )
        return
    name = row.get("full_name") or row.get("email") or row.get("phone")
    name = name or sources.column("source_customer_id")[0].as_py()
    console.print(f"\n[bold]{name}[/]  customer {customer_id} · [bold]{row['segment']}[/]")
    for column, value in row.items():
        if value is not None and column not in _SHOWN_APART and not (ahead and column in _OF_THE_FUTURE):
            console.print(f"  {column.replace('_', ' '):<28} {shown(column, value)}")
    console.print()
    if ahead is not None:
        one_customer(ahead)
    print_table(sources, "Source records of this person")
    if fields.num_rows:
        print_table(fields, "Where the fields come from")
    if orders is None:
        console.print("The orders stay in the lake of this warehouse.")
    else:
        print_table(orders, "Newest orders")


def sql(settings: Settings, statement: str, limit: int, as_json: bool) -> None:
    """A query's result; one row more than shown is asked for, to say that there are more."""
    found = _queries(settings).sql(statement, limit + 1)
    if as_json:
        print_json(found.slice(0, limit).to_pylist())
        return
    print_table(found.slice(0, limit))
    if found.num_rows > limit:
        errors.print(f"Only the first {limit:,} rows are shown; --limit shows more.")


def generate_shop(folder: Path, options: dict[str, Any], *, force: bool) -> None:
    """Makes the shop's files and says where they are."""
    from regulars.demo.generator import generate
    from regulars.demo.options import ShopOptions

    with errors.status("Making a shop") as spinner:

        def on_progress(what: str, done: int, rows: int) -> None:
            spinner.update(f"Making a shop: {what}, {done:,} of {rows:,}" if rows else f"Making a shop: {what}")

        shop = generate(ShopOptions(**options), folder, on_progress, force)
    errors.print(
        f"[green]✓[/] [bold]generate[/] {shop.people:,} people, {shop.customer_records:,} customer records,"
        f" {shop.orders:,} orders in {folder}"
    )


def docs(table: str | None, as_json: bool) -> None:
    """The data dictionary: every published table, or one table's columns."""
    from regulars.dictionary import read_dictionary

    dictionary = read_dictionary()
    if table is None:
        listed = [{"table": entry.table, "schema": entry.schema, "meaning": entry.summary} for entry in dictionary]
    else:
        name = table.rpartition(".")[2]
        entry = next((entry for entry in dictionary if entry.table == name), None)
        if entry is None:
            raise InputError(f"There is no table `{table}`. `regulars docs` lists them.")
        listed = [{"column": c.name, "type": c.type, "meaning": c.meaning} for c in entry.columns]
        if not as_json:
            console.print(f"\n[bold]{entry.schema}.{entry.table}[/]\n{entry.meaning}")
    if as_json:
        print_json(listed)
    else:
        print_table(pa.Table.from_pylist(listed), wide=("meaning",))


def follow(settings: Settings, max_wait: float | None, quiet: bool) -> None:
    """Lands the Kafka sources until it is stopped."""
    from regulars import following

    watcher = StageWatcher(quiet=quiet)
    try:
        following.follow(settings, watcher, max_wait)
    finally:
        watcher.stop()


def _queries(settings: Settings) -> Queries:
    return Queries(open_engine(settings), settings.shop)
