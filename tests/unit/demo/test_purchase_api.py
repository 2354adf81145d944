"""The demo API's purchases are those of the generated shop; its faults come at their rates, the same every time."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from regulars.cli import app
from regulars.demo.faults import Faults, FaultyServer
from regulars.demo.generator import generate
from regulars.demo.options import ShopOptions
from regulars.demo.purchases import shop_purchases
from regulars.errors import InputError, SettingsError

REQUESTS = 4_000


def test_the_purchases_are_the_completed_orders_of_the_generated_shop(tmp_path: Path) -> None:
    generate(ShopOptions(customers=150, seed=5, dirt=False), tmp_path / "shop")
    with duckdb.connect() as connection:
        folder = tmp_path / "shop"
        expected = connection.execute(
            f"select orders.order_id, truth.phone, ordered_at::date::varchar, amount, orders.store"
            f" from read_csv('{folder}/orders.csv') as orders"
            f" left join read_csv('{folder}/truth/identity.csv') as known on known.customer_id = orders.customer_id"
            f" left join read_csv('{folder}/truth/guest_orders.csv') as guest on guest.order_id = orders.order_id"
            f" join read_csv('{folder}/truth/people.csv', types = {{'phone': 'varchar'}}) as truth"
            f" on truth.person_id = coalesce(known.person_id, guest.person_id)"
            " where status = 'completed' order by orders.order_id"
        ).fetchall()
    assert len(expected) > 100
    assert [tuple(row.values()) for row in shop_purchases(150, 5).rows] == expected


async def _fates(faults: Faults) -> list[str]:
    async def right(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    found: list[str] = []
    server = FaultyServer(right, faults)
    for _ in range(REQUESTS):
        messages: list[Any] = []

        async def send(message: Any, messages: list[Any] = messages) -> None:
            messages.append(message)

        await server({"type": "http", "path": "/purchases"}, receive, send)
        found.append("drop" if messages[-1].get("more_body") else str(messages[0]["status"]))
    return found


def test_requests_go_wrong_at_their_rates_and_alike_for_a_seed() -> None:
    faults = Faults(errors=0.2, busy=0.1, drops=0.05)
    fates = asyncio.run(_fates(faults))
    for fate, rate in (("500", 0.2), ("429", 0.1), ("drop", 0.05), ("200", 0.65)):
        assert fates.count(fate) / REQUESTS == pytest.approx(rate, abs=0.02)
    assert asyncio.run(_fates(faults)) == fates
    assert asyncio.run(_fates(Faults(errors=0.2, busy=0.1, drops=0.05, seed=8))) != fates


def test_nonsense_stands_beside_rows_and_never_in_their_place() -> None:
    rows = [{"amount": number} for number in range(1_000)]
    sent = Faults(malformed=0.1).with_nonsense(rows, "here")
    assert [row for row in sent if any(row is good for good in rows)] == rows
    assert len(sent) - len(rows) == pytest.approx(100, abs=40)
    assert sent == Faults(malformed=0.1).with_nonsense(rows, "here")
    assert Faults().with_nonsense(rows, "here") == rows


def test_the_command_serves_the_shop_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr("regulars.demo.purchase_api.serve", lambda *given: calls.append(given))
    monkeypatch.setattr("regulars.demo.purchase_api.listening", lambda port: port)
    words = ["demo-api", "--port", "9001", "--customers", "50", "--seed", "3", "--error-rate", "0.5"]
    assert CliRunner().invoke(app, words).exit_code == 0
    [(purchases, faults, port)] = calls
    assert (purchases, faults, port) == (shop_purchases(50, 3), Faults(errors=0.5, seed=3), 9001)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        failure = CliRunner().invoke(app, ["demo-api", "--port", str(port)]).exception
    assert isinstance(failure, InputError)
    assert str(failure).startswith(f"Port {port} cannot be had: Address already in use.")


def test_what_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "regulars.demo.purchase_api", raising=False)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    failure = CliRunner().invoke(app, ["demo-api"]).exception
    assert isinstance(failure, SettingsError)
    assert "pip install 'regulars[serve]'" in str(failure)
