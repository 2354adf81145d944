"""What holds for every mix of orders: a full refund leaves nothing, and the lines from gross to net add up.

Building a shop takes a second, so each example is one shop with hundreds of orders made from one seed.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.warehouse import books
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.settings import PolicySettings, RfmSettings, Settings, ShopSettings

COLUMNS = "customer_key, order_id, order_date, amount, status, refunded_amount, refund_date, currency, source"
STATUSES = ("paid", "paid", "paid", "refunded", "cancelled", "pending", "test", "by drone", None)
SEEDS = st.integers(0, 2**32)
# A smaller seed is no simpler shop, and looking for one would build hundreds.
PHASES = (Phase.generate,)


def _order(random: Random, number: int, **given: str) -> str:
    """One order as a row of SQL: whatever `given` does not say is left to chance."""
    day = f"date '2024-01-01' + {random.randrange(300)}"
    sign = random.choice(("", "", "", "-"))
    row = {
        "customer_key": random.choice(("null", *(f"'c{random.randrange(40)}'" for _ in range(9)))),
        "order_id": f"'o{number}'",
        "order_date": day,
        "amount": f"{sign}{_money(random)}",
        "status": _text(random.choice(STATUSES)),
        "refunded_amount": random.choice(("null", "0", _money(random), f"-{_money(random)}")),
        "refund_date": random.choice(("cast(null as date)", f"{day} + {random.randrange(-5, 200)}")),
        "currency": _text(random.choice(("EUR", "USD", "JPY", None))),
        "source": random.choice(("'web'", "'till'")),
    }
    return f"({', '.join((row | given).values())})"


def _money(random: Random) -> str:
    return random.choice(("0", f"{Decimal(random.randrange(1, 10**7)) / 100}"))


def _text(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


def _shop(engine: Opener, folder: Path, rows: list[str], refund_on: str, as_of: str) -> Shop:
    """A shop in EUR whose rate of the dollar moves every week, and which knows none of the yen."""
    rates = folder / "rates.csv"
    weeks = (f"2024-{month:02}-{day:02},USD,0.{month}{day:02}7" for month in range(1, 13) for day in (1, 8, 15, 22, 28))
    rates.write_text("\n".join(("date,currency,rate", *weeks)) + "\n", encoding="utf-8")
    policy = {"refund_on": refund_on, "fx_file": rates}
    return Shop(
        folder / "warehouse",
        Settings(
            shop=ShopSettings(currency="EUR"),
            policy=PolicySettings.model_validate(policy),
            rfm=RfmSettings.model_validate({"as_of": as_of}),
        ),
        engine=engine,
        orders=f"select * from (values {', '.join(rows)}) as orders ({COLUMNS})",
    )


@pytest.mark.parametrize("refund_on", ["refund_date", "order_date"])
@settings(max_examples=1, phases=PHASES)
@given(seed=SEEDS)
def test_an_order_and_its_full_refund_leave_nothing_however_they_are_dated(
    engine: Opener, tmp_path_factory: pytest.TempPathFactory, refund_on: str, seed: int
) -> None:
    random = Random(seed)
    rows = []
    for number in range(200):
        amount = f"{Decimal(random.randrange(1, 10**7)) / 100}"
        # A sum that is not stated is the whole of it only where the status says so.
        status, refund = random.choice(
            (("paid", amount), ("paid", f"-{amount}"), ("refunded", amount), ("refunded", "null"), ("refunded", "0"))
        )
        money = {"amount": amount, "status": f"'{status}'", "refunded_amount": refund}
        rows.append(_order(random, number, customer_key=f"'c{number}'", **money))
    shop = _shop(engine, tmp_path_factory.mktemp("round_trip"), rows, refund_on, as_of="2026-01-01")
    customers, left = shop.rows(
        "select count(*), count(*) filter (where net_amount <> 0) from intermediate.int_customers__order_totals"
    )[0]
    assert (customers, left) == (200, 0)
    assert set(books.net_of_each_table(shop).values()) == {Decimal(0)}


@settings(max_examples=3, phases=PHASES)
@given(
    seed=SEEDS,
    refund_on=st.sampled_from(["refund_date", "order_date"]),
    as_of=st.sampled_from(["2024-07-01", "2023-12-31", "2026-01-01"]),
)
def test_the_lines_from_gross_to_net_add_up_and_every_table_has_the_same_net(
    engine: Opener, tmp_path_factory: pytest.TempPathFactory, seed: int, refund_on: str, as_of: str
) -> None:
    random = Random(seed)
    rows = [_order(random, number) for number in range(400)]
    shop = _shop(engine, tmp_path_factory.mktemp("gross_to_net"), rows, refund_on, as_of)
    for source in ("web", "till"):
        found = shop.rows(
            "select amount, orders, rows from marts.revenue_reconciliation where source = $1 order by line_number",
            (source,),
        )
        for gross, credits, total, *less, refunds, net in zip(*found, strict=True):
            assert gross + credits == total
            # Refunds are money taken off orders that net revenue still counts.
            is_money = isinstance(total, Decimal)
            assert total + (sum(less) + refunds if is_money else -sum(less)) == net
        landed = shop.value("select count(*) from durable.staging.orders where source = $1", (source,))
        assert found[2][1:] == (landed, landed)
    assert len(set(books.net_of_each_table(shop).values()) - {None}) == 1
    assert books.errors(shop) == ["every_order_is_converted"]
