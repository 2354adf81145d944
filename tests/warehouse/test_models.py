"""The models as a whole: their own unit tests, a shop without anything, what survives publishing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.publishing import publish
from regulars.settings import RfmSettings, Settings

PUBLISHED_STATEMENTS = [
    "SELECT COUNT(*) FROM raw_transactions",
    "SELECT AVG(recency), AVG(frequency), AVG(monetary) FROM fct_customer_rfm",
    "SELECT cs.cluster_id, COUNT(*) AS customer_count, ROUND(AVG(rfm.monetary), 2) AS avg_customer_value"
    " FROM customer_segments cs JOIN fct_customer_rfm rfm ON cs.customer_id = rfm.customer_id"
    " GROUP BY cs.cluster_id ORDER BY avg_customer_value DESC",
]


@pytest.mark.every_engine
def test_the_unit_tests_of_the_models_pass(empty: Shop) -> None:
    assert empty.transformer.unit_test() >= 25


@pytest.mark.every_engine
def test_a_shop_without_anything_builds_and_passes_its_checks(empty: Shop) -> None:
    assert empty.findings() == []
    assert empty.value("select sum(customers) from marts.segment_metrics") == 0
    assert empty.value("select count(*) from marts.segment_metrics") == 12


@pytest.mark.every_engine
def test_customers_without_orders_are_all_prospects(engine: Opener, tmp_path: Path) -> None:
    shop = Shop(
        tmp_path, engine=engine, customer_records="select 'a' as customer_key, 'a' as source_customer_id, 44 as age"
    )
    assert shop.findings() == []
    assert shop.rows("select segment, age, as_of from marts.customer_360") == [("Prospect", 44, None)]


def test_an_order_of_the_wrong_century_still_adds_up(tmp_path: Path) -> None:
    shop = Shop(
        tmp_path,
        orders="""select * from (values ('o1', date '2024-01-01'), ('o2', date '0204-01-01'))
            as orders (order_id, order_date), (select 'a' as customer_key, 5 as amount)""",
    )
    # It is told of, and that is all.
    assert [finding.name for finding in shop.findings()] == ["no_order_is_older_than_web_shops"]


def test_before_the_first_order_everyone_known_by_then_is_a_prospect(tmp_path: Path) -> None:
    settings = Settings(rfm=RfmSettings.model_validate({"as_of": "2023-12-31"}))
    orders = """select 'o' || customer_key as order_id, customer_key, date '2024-01-01' as order_date, 5 as amount
        from (values ('signed up before'), ('not heard of before')) as orders (customer_key)"""
    people = """select customer_key, customer_key as source_customer_id, timestamp '2023-12-30 23:59:00' as created_at
        from (values ('signed up before')) as people (customer_key)"""
    shop = Shop(tmp_path, settings, orders=orders, customer_records=people)
    assert shop.findings() == []
    assert shop.rows("select segment, recency, orders from marts.customer_360") == [("Prospect", 366, 0)]


@pytest.mark.every_engine
def test_a_superseded_version_counts_no_more(engine: Opener, tmp_path: Path) -> None:
    shop = Shop(
        tmp_path,
        engine=engine,
        orders="""select * from (values ('o1', 'a', 10, 1, 1), ('o1', 'a', 12, 2, 1), ('o2', 'a', 5, 1, 2))
            as orders (order_id, customer_key, amount, _load_id, _row), (select date '2024-01-01' as order_date)""",
        order_lines="""select * from (values ('l1', 'b', 3, 1), ('l1', 'b', 3, 1), ('l1', 'b', 8, 2))
            as lines (order_id, customer_key, unit_price, _load_id),
            (select 1 as quantity, 'till' as source, timestamp '2024-01-01 09:00:00' as ordered_at)""",
        superseded="""select * from (values ('orders', 'web', 'o1', 1, 1), ('order_lines', 'till', 'l1', 1, null))
            as superseded (entity, source, record_id, load_id, row_number)""",
    )
    amounts = shop.rows("select order_key, cast(amount as integer) from marts.fct_orders order by 1")
    assert amounts == [("till:l1", 8), ("web:o1", 12), ("web:o2", 5)]


@pytest.mark.every_engine
@pytest.mark.parametrize("statement", PUBLISHED_STATEMENTS)
def test_the_statements_of_the_product_run_on_the_published_warehouse(published: Shop, statement: str) -> None:
    with published.engine.live() as live:
        assert live.query(statement).num_rows >= 1


def test_every_mart_can_be_read_from_the_published_warehouse_alone(published: Shop) -> None:
    if published.engine.kind == "duckdb":
        folder = Path(published.engine.location)
        (folder / "durable.duckdb").rename(folder / "elsewhere.duckdb")
    with published.engine.live() as live:
        names = [
            f"{row['schema']}.{row['table_name']}"
            for row in live.tables().to_pylist()
            if row["schema"] in ("marts", "raw", "learned", "settings")
        ]
        unreadable = [name for name in names if live.query(f"select * from {name}") is None]
    assert unreadable == []
    assert len(names) >= 25


@pytest.fixture(scope="module")
def published(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A small shop that went live."""
    shop = Shop(
        tmp_path_factory.mktemp("published"),
        engine=engine,
        orders="select 'o' || i as order_id, 'c' || (i % 7) as customer_key, date '2024-01-01' + cast(i as integer)"
        " as order_date, i as amount from range(1, 40) as orders (i)",
    )
    publish(shop.engine, "20240301T000000-0001")
    return shop
