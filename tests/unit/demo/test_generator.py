"""The promises of the whole: equal options make equal bytes, and the truth fits the files."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.demo.asking import Ask, truth

from regulars.demo.generator import generate
from regulars.demo.options import GeneratedShop, ShopOptions

PLAIN = ["order_id", "customer_id", "ordered_at", "amount", "currency", "status", "store"]
SMALL = ShopOptions(customers=120, seed=3)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def small_shop(tmp_path_factory: pytest.TempPathFactory) -> GeneratedShop:
    return generate(SMALL, tmp_path_factory.mktemp("shops") / "small")


def test_the_same_seed_and_options_make_the_same_bytes(tmp_path: Path, small_shop: GeneratedShop) -> None:
    generate(SMALL, tmp_path / "again")
    assert digests(tmp_path / "again") == digests(small_shop.folder)


def test_another_process_with_other_hashes_makes_the_same_bytes(tmp_path: Path, small_shop: GeneratedShop) -> None:
    program = (
        "from pathlib import Path; from regulars.demo.generator import generate, ShopOptions;"
        f"generate(ShopOptions(customers=120, seed=3), Path({str(tmp_path / 'there')!r}))"
    )
    subprocess.run(
        [sys.executable, "-c", program], check=True, env={**os.environ, "PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo"}
    )
    assert digests(tmp_path / "there") == digests(small_shop.folder)


def test_another_seed_makes_another_shop(tmp_path: Path, small_shop: GeneratedShop) -> None:
    generate(replace(SMALL, seed=4), tmp_path)
    assert digests(tmp_path)["orders.csv"] != digests(small_shop.folder)["orders.csv"]


def test_a_target_of_orders_is_met_exactly(clean_shop: GeneratedShop, ask_clean: Ask) -> None:
    assert clean_shop.orders == 120_000
    assert ask_clean("select count(*), count(distinct order_id) from orders") == [(120_000, 120_000)]


def test_the_default_demo_has_ten_to_fifteen_thousand_orders(tmp_path: Path) -> None:
    shop = generate(ShopOptions(), tmp_path / "shop")
    assert shop.people == 2_000
    assert 10_000 <= shop.orders <= 15_000


def test_a_plain_shop_has_just_the_seven_columns_and_no_guests(tmp_path: Path) -> None:
    shop = generate(replace(SMALL, plain_orders=True), tmp_path / "shop")
    lines = shop.orders_file.read_text(encoding="utf-8").splitlines()
    assert lines[0].split(",") == PLAIN
    assert shop.guest_orders == 0
    assert all(line.split(",")[1] for line in lines)


def test_clean_parquet_files_are_typed_and_the_same_bytes_again(tmp_path: Path) -> None:
    shop = generate(replace(SMALL, format="parquet", dirt=False), tmp_path / "shop")
    generate(replace(SMALL, format="parquet", dirt=False), tmp_path / "again")
    assert digests(tmp_path / "again") == digests(shop.folder)
    schema = pq.read_schema(shop.orders_file)
    assert schema.field("ordered_at").type == pa.timestamp("ms")
    assert schema.field("amount").type == pa.decimal128(18, 2)
    assert pq.read_schema(shop.customers_file).field("birth_date").type == pa.date32()


def test_every_record_has_one_person_and_every_account_a_record(ask_dirty: Ask) -> None:
    assert ask_dirty("""
        select count(*) from customers c full join identity i on i.customer_id = c.customer_id::bigint
        full join people p on p.person_id = i.person_id and p.kind <> 'guest'
        where c.customer_id is null and p.kind <> 'guest' or p.person_id is null
    """) == [(0,)]
    assert ask_dirty("select count(*) from identity where not is_duplicate") == ask_dirty(
        "select count(*) from people where kind <> 'guest'"
    )


def test_every_order_has_a_record_or_is_a_guests_of_known_person(ask_dirty: Ask, dirty_shop: GeneratedShop) -> None:
    assert ask_dirty("select count(*) from orders where customer_id is null and email is null and phone is null") == [
        (0,)
    ]
    assert ask_dirty("""
        select count(*) from orders o
        full join guest_orders g on g.order_id = o.order_id::bigint
        left join identity i on i.customer_id = o.customer_id::bigint
        where o.order_id is null or (g.order_id is null) = (i.customer_id is null)
    """) == [(0,)]
    assert ask_dirty("select count(*) from guest_orders") == [(dirty_shop.guest_orders,)]


def test_no_order_is_made_with_a_record_that_was_not_there_yet(ask_clean: Ask) -> None:
    assert ask_clean(
        "select count(*) from orders join customers using (customer_id) where created_at > ordered_at"
    ) == [(0,)]


def test_orders_and_money_tie_to_the_counts(ask_clean: Ask, clean_shop: GeneratedShop) -> None:
    counts = truth(clean_shop, "counts")
    for status, orders, amount in ask_clean(
        "select status, count(*), sum(amount::decimal(18, 2)) from orders group by 1"
    ):
        assert counts["orders"][status] == orders
        assert Decimal(counts["amounts"][status]) == amount
    refunds = "select sum(refunded_amount::decimal(18, 2)) from orders where status = 'completed'"
    assert ask_clean(refunds) == [(clean_shop.refunds,)]


def test_the_buying_process_recovers_its_expected_counts(ask_clean: Ask, clean_shop: GeneratedShop) -> None:
    process = truth(clean_shop, "parameters")["process"]
    r, alpha, s, beta = (process[name] for name in ("r", "alpha", "s", "beta"))
    [(repeats, expected)] = ask_clean(f"""
        with purchases as (
            select count(*) as orders, date_diff('second', min(ordered_at), timestamp '2026-01-01') / 604800 as t
            from bought where status in ('completed', 'refunded') group by person_id
        )
        select sum(orders - 1), sum({r} * {beta} / ({alpha} * ({s} - 1)) * (1 - pow({beta} / ({beta} + t), {s} - 1)))
        from purchases
    """)
    # A few people buy as much as thousands, and the history ends in busy December; test_buying has neither to bear.
    assert repeats == pytest.approx(expected, rel=0.06)


def test_the_mix_of_customers_is_healthy(clean_shop: GeneratedShop) -> None:
    people = truth(clean_shop, "counts")["people"]
    one_time = people["with_one_completed_order"] / people["with_completed_orders"]
    assert 0.40 <= one_time <= 0.60
    assert 0.55 <= people["active_in_window"] / people["with_completed_orders"] <= 0.85


def test_nothing_in_the_demo_reads_the_clock(repository: Path) -> None:
    for file in (repository / "src" / "regulars" / "demo").glob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert not any(word in source for word in (".now(", ".today(", "import time", "time.time")), file.name


def test_progress_ends_at_all_rows(tmp_path: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}
    shop = generate(SMALL, tmp_path / "shop", on_progress=lambda what, done, rows: seen.update({what: (done, rows)}))
    assert seen["orders"] == (shop.orders, shop.orders)
    assert all(done == rows for done, rows in seen.values())
