"""The commands of the made-up shop: its purchase-history API, and the shop spread over the systems of a real one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from regulars.errors import SettingsError
from regulars.terminal import errors


def demo_api(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on this machine; nobody else reaches it.")] = 8900,
    customers: Annotated[int, typer.Option(min=10, help="People in the shop, as for generate.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The shop, as for generate, and which requests go wrong.")] = 7,
    latency: Annotated[float, typer.Option(min=0.0, help="Seconds that every answer waits.")] = 0.0,
    error_rate: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of requests answered by 500.")] = 0.0,
    busy_rate: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share answered by 429 with Retry-After: 1.")
    ] = 0.0,
    drop_rate: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of answers that break off.")] = 0.0,
    malformed_rate: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of rows with nonsense beside.")] = 0.0,
) -> None:
    """Serve the purchases of a made-up shop over HTTP, with faults if you like."""
    try:
        from regulars.demo.purchase_api import listening, serve
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"`regulars demo-api` needs {error.name}, which is not installed."
            " Install it: pip install 'regulars[serve]'."
        ) from None
    from regulars.demo.faults import Faults
    from regulars.demo.purchases import shop_purchases

    listener = listening(port)
    purchases = shop_purchases(customers, seed)
    faults = Faults(latency, error_rate, busy_rate, drop_rate, malformed_rate, seed=seed)
    errors.print(
        f"{len(purchases.rows):,} purchases at http://127.0.0.1:{port}/purchases."
        " What can be asked: /docs. Ctrl-C stops."
    )
    serve(purchases, faults, listener)


def demo_sources(
    folder: Annotated[Path, typer.Argument(help="Where regulars.toml and the files go.")] = Path("spread-shop"),
    postgres: Annotated[
        str | None, typer.Option(help="PostgreSQL for the orders: postgresql://host/database, or env:NAME.")
    ] = None,
    mongo: Annotated[
        str | None, typer.Option(help="MongoDB for the customers of the app: mongodb://host:27017, or env:NAME.")
    ] = None,
    kafka: Annotated[str | None, typer.Option(help="Kafka for what customers do on the site: host:9092.")] = None,
    kafka_option: Annotated[
        list[str] | None,
        typer.Option(help="KEY=VALUE of librdkafka, with env:NAME for a secret; may be repeated."),
    ] = None,
    api: Annotated[
        str | None,
        typer.Option(help="Where `regulars demo-api` serves this shop: http://127.0.0.1:8900."),
    ] = None,
    customers: Annotated[int, typer.Option(min=10, help="People in the shop, as for generate.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The shop, as for generate.")] = 7,
) -> None:
    """Spread a made-up shop over the systems of a real one, and write the settings that read it.

    What has no address becomes a file. Each system is filled under a name of the demo's own, and once however often.
    """
    from regulars.demo.spread import spread_shop
    from regulars.demo.spread_folder import refuse_foreign, write_folder
    from regulars.demo.systems.addresses import Addresses
    from regulars.demo.systems.filling import fill

    addresses = Addresses.of(postgres, mongo, kafka, api, kafka_option or [])
    refuse_foreign(folder, customers, seed)
    with errors.status("Making a shop") as spinner:
        shop = spread_shop(customers, seed)
        fill(shop, addresses, lambda words: spinner.update(escape(f"Filling: {words}")))
        write_folder(folder, shop, addresses, customers, seed)
    errors.print(
        f"[green]✓[/] [bold]demo-sources[/] {shop.crm.num_rows:,} customers in a file, {shop.app.num_rows:,} in"
        f" {_place('MongoDB', mongo)}, {shop.orders.num_rows:,} orders in {_place('PostgreSQL', postgres)},"
        f" {shop.purchases.num_rows:,} purchases in {_place('the API', api)},"
        f" {shop.events.num_rows:,} events in {_place('Kafka', kafka)}."
    )
    errors.print(f"  Next: cd {escape(str(folder))}, then `regulars run` and `regulars extract`.", soft_wrap=True)


def _place(system: str, address: str | None) -> str:
    return "a file" if address is None else system
