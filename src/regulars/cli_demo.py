"""`regulars demo-api`: the purchase-history API of a made-up shop, to try a REST source on."""

from __future__ import annotations

from typing import Annotated

import typer

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
