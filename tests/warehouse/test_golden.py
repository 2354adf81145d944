"""Every mart of one small shop, value for value, as it was when somebody last read it: `make golden` writes it anew.

The files are the same for every engine. They are no proof that the numbers are right, which the other tests are for,
but no number changes unseen.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pyarrow.csv
import pytest
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.settings import Settings

GOLDEN = Path(__file__).parent / "golden"

# 17 people who bought 1 to 9 times, two who never did, and orders of nobody; arithmetic in place of chance.
CUSTOMERS = """
    select 'c' || i as customer_key, 'c' || i as source_customer_id, 'c' || i || '@example.com' as email,
        20 + i * 5 % 60 as age, cast(20000 + i * 1750 as decimal(18, 2)) as income, i % 3 > 0 as consent,
        case when i % 2 = 0 then 'female' else 'male' end as gender
    from range(1, 20) as people (i)"""
ORDERS = """
    select 'o' || (i * 100 + j) as order_id, case when i < 19 then 'c' || i end as customer_key,
        date '2023-01-15' + cast((i * 37 + j * j * 13 + j * (i % 7) * 19) % 640 as integer) as order_date,
        cast(((i * 7919 + j * 104729) % 9000 + 500) / 100.0 as decimal(18, 2))
            * case when i * j % 16 = 0 then -1 else 1 end as amount,
        case when i * j % 5 = 0 then 'EUR' else 'GBP' end as currency,
        case when i * j % 13 = 0 then 'cancelled' when i * j % 17 = 0 then 'test' else 'paid' end as status,
        case when j % 3 = 0 then 'Leeds' else 'Online' end as store,
        case when i * j % 11 = 0 then 5.00 end as refunded_amount,
        case when i * j % 22 = 0 then date '2024-10-01' end as refund_date
    from range(1, 20) as people (i), range(1, 10) as purchases (j)
    where j <= 1 + i * 5 % 9 and i <> 7"""
# Weekly, and none after July 2024: what was bought in euros later stays unconverted.
RATES = [f"{dt.date(2023, 1, 1) + dt.timedelta(weeks=week)},EUR,{0.80 + week % 7 / 100:.2f}" for week in range(80)]


pytestmark = pytest.mark.every_engine


@pytest.fixture(scope="module")
def shop(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("golden")
    rates = folder / "rates.csv"
    rates.write_text("\n".join(["date,currency,rate", *RATES]), encoding="utf-8")
    settings = Settings.model_validate(
        {"shop": {"currency": "GBP"}, "policy": {"fx_file": rates, "status_words": {"paid": "completed"}}}
    )
    return Shop(folder / "warehouse", settings, engine, customer_records=CUSTOMERS, orders=ORDERS)


def test_the_marts_are_those_of_the_golden_files(shop: Shop, rewrite_golden: bool) -> None:
    with shop.engine.build() as build:
        marts = [row["table_name"] for row in build.tables().to_pylist() if row["schema"] == "marts"]
    made = {f"{name}.csv": _csv(shop, name) for name in marts}
    if rewrite_golden:
        GOLDEN.mkdir(exist_ok=True)
        for file in GOLDEN.glob("*.csv"):
            file.unlink()
        for name, lines in made.items():
            (GOLDEN / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    golden = {file.name: file.read_text(encoding="utf-8").splitlines() for file in GOLDEN.glob("*.csv")}
    assert sorted(made) == sorted(golden), "a mart came or went: `make golden`"
    for name, lines in made.items():
        assert lines == golden[name], f"{name} differs: read the difference, and if it is meant, `make golden`"


def _csv(shop: Shop, mart: str) -> list[str]:
    """The header and the rows, in the order of their text, as no engine promises another."""
    text = io.BytesIO()
    pyarrow.csv.write_csv(shop.table(f"select * from marts.{mart}"), text)
    header, *rows = text.getvalue().decode().splitlines()
    return [header, *sorted(rows)]
