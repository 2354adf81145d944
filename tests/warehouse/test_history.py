"""The history: every month end as a run with that date would have it, and what is made of it adds up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.warehouse.engines import Opener
from tests.warehouse.shop import Shop

from regulars.settings import RfmSettings, Settings

# 60 people and arithmetic in place of chance: some buy for years, some once, some send things back, some never buy.
PEOPLE = """
    select 'c' || i as customer_key, 'c' || i as source_customer_id,
        case when i % 4 = 0 then timestamp '2022-11-20 10:00:00' + interval (i * 9) day end as created_at
    from range(1, 61) as people (i)"""
ORDERS = """
    select 'o' || (i * 100 + j) as order_id, 'c' || i as customer_key,
        date '2023-01-10' + cast((i * 37 + j * j * 17 + j * (i % 7) * 23) % 640 as integer) as order_date,
        cast(((i * 7919 + j * 104729) % 9000 + 500) / 100.0 as decimal(18, 2))
            * case when i * j % 16 = 0 then -1 else 1 end as amount,
        case when i * j % 13 = 0 then 'cancelled' else 'completed' end as status,
        case when i * j % 11 = 0 then 5.00 end as refunded_amount,
        case when i * j % 22 = 0 then date '2024-05-01' end as refund_date
    from range(1, 57) as people (i), range(1, 12) as purchases (j)
    where j <= 1 + i * 5 % 11"""
COLUMNS = (
    "customer_id, rfm_score, segment, recency, frequency, monetary, r_score, f_score, m_score, is_active,"
    " is_single_order"
)
UNDATED = "select customer_id from marts.dim_customers where known_since is null"


@pytest.fixture(scope="module")
def shop(engine: Opener, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("history"), engine=engine, customer_records=PEOPLE, orders=ORDERS)


def _settings(as_of: dt.date, **rfm: Any) -> Settings:
    return Settings(rfm=RfmSettings.model_validate({"as_of": as_of, **rfm}))


def test_the_history_has_every_month_end_since_the_first_order_and_the_day_of_the_run(shop: Shop) -> None:
    dates = shop.rows("select distinct as_of, is_month_end from marts.customer_rfm_history order by as_of")
    first, last = shop.rows("select min(order_date), max(order_date) + 1 from marts.fct_orders where is_valid")[0]
    months = [dt.date(year, month, 1) for year in (2023, 2024) for month in range(1, 13)]
    assert dates == [(month, True) for month in months if first < month <= last] + [(last, False)]


@pytest.mark.parametrize("rfm", [{}, {"window_days": 30}, {"map": "eight"}, {"map": "six", "window_days": 500}])
def test_the_history_at_a_date_is_what_a_run_with_that_as_of_gives(
    engine: Opener, tmp_path: Path, rfm: dict[str, Any]
) -> None:
    shop = Shop(
        tmp_path, Settings(rfm=RfmSettings.model_validate(rfm)), engine=engine, customer_records=PEOPLE, orders=ORDERS
    )
    dates = [date for (date,) in shop.rows("select distinct as_of from marts.customer_rfm_history order by 1")]
    chosen = (dates[0], dates[1], dates[len(dates) // 2], dates[-2])
    # Each is a shop of its own, which takes a server ten seconds.
    for as_of in chosen if shop.engine.kind == "duckdb" else chosen[2:3]:
        history = f"select {COLUMNS} from marts.customer_rfm_history where as_of = $1 order by customer_id"
        bands = "select * from marts.rfm_thresholds where as_of = $1 order by metric, score"
        told, told_bands = shop.rows(history, (as_of,)), shop.rows(bands, (as_of,))
        one = Shop(
            tmp_path / str(as_of), _settings(as_of, **rfm), engine=engine, customer_records=PEOPLE, orders=ORDERS
        )
        # People of whom nothing is dated stand in the base of a run's own date alone.
        mine = f"select {COLUMNS} from marts.fct_customer_rfm where customer_id not in ({UNDATED}) order by customer_id"
        assert one.rows(mine) == told
        assert one.rows(bands, (as_of,)) == told_bands
        if as_of > dates[0]:
            assert one.rows(history, (dates[0],)) == shop.rows(history, (dates[0],))


def test_online_retail_at_a_month_end_is_what_a_run_with_that_as_of_gives(
    online_retail: Shop, shared_data: Path
) -> None:
    dates = [date for (date,) in online_retail.rows("select distinct as_of from marts.customer_rfm_history order by 1")]
    assert dates == [dt.date(2011, month, 1) for month in range(1, 13)] + [dt.date(2011, 12, 10)]
    history = f"select {COLUMNS} from marts.customer_rfm_history where as_of = $1 order by customer_id"
    told = {date: online_retail.rows(history, (date,)) for date in dates}
    chosen = (dt.date(2011, 1, 1), dt.date(2011, 7, 1), dt.date(2011, 12, 1))
    chosen = chosen if online_retail.engine.kind == "duckdb" else chosen[1:2]
    try:
        for as_of in chosen:
            online_retail.build(_settings(as_of))
            assert (
                online_retail.rows(f"select {COLUMNS} from marts.fct_customer_rfm order by customer_id") == told[as_of]
            )
    finally:
        online_retail.build(Settings())


def test_the_values_of_online_retail_are_those_of_a_query_written_apart(online_retail: Shop, shared_data: Path) -> None:
    file = shared_data / "online_retail.parquet"
    with duckdb.connect() as connection:
        expected = connection.execute(
            f"""
            with invoices as (
                select CustomerID as id, InvoiceNo as invoice, min(InvoiceDate)::date as day,
                    sum((Quantity * UnitPrice)::decimal(18, 4))::decimal(18, 2) as amount
                from '{file}' where CustomerID is not null group by all
            )
            select id, date '2011-08-01' - max(day) filter (amount > 0), count(*) filter (amount > 0), sum(amount)
            from invoices where day < date '2011-08-01' group by id having count(*) filter (amount > 0) > 0 order by id
            """
        ).fetchall()
    found = online_retail.rows(
        """select customer_key, recency, frequency, monetary from marts.customer_rfm_history
        inner join durable.identity.customer_keys using (customer_id)
        where as_of = date '2011-08-01' and is_active order by customer_key"""
    )
    assert len(found) == len(expected) > 2500
    assert found == [(str(row[0]), *row[1:]) for row in expected]


def test_migration_moves_the_whole_base_from_date_to_date(shop: Shop) -> None:
    bases = dict(shop.rows("select as_of, count(*) from marts.customer_rfm_history group by all"))
    flows = shop.rows("select as_of, from_as_of, sum(customers) from marts.segment_migration group by all order by 1")
    assert [(as_of, int(customers)) for as_of, _, customers in flows] == sorted(bases.items())[1:]
    assert [from_as_of for _, from_as_of, _ in flows] == sorted(bases)[:-1]
    told = shop.rows(
        "select as_of, from_segment, to_segment, customers, revenue from marts.segment_migration order by all"
    )
    looked_up = shop.rows(
        """select as_of, coalesce(was.segment, 'Not known before'), now.segment, count(*), sum(now.monetary)
        from marts.customer_rfm_history as now
        inner join (select distinct as_of, from_as_of from marts.segment_migration) as dates using (as_of)
        left join marts.customer_rfm_history as was
            on was.customer_id = now.customer_id and was.as_of = dates.from_as_of
        group by all order by all"""
    )
    assert told == looked_up


def test_the_moves_retold_one_after_the_other_give_the_segments_of_every_date(shop: Shop) -> None:
    at: dict[int, str] = {}
    moves: dict[dt.date, list[tuple[int, str | None, str]]] = {}
    sql = "select as_of, customer_id, from_segment, to_segment from marts.segment_events where not is_restatement"
    for as_of, customer, source, target in shop.rows(sql):
        moves.setdefault(as_of, []).append((customer, source, target))
    dates = [date for (date,) in shop.rows("select distinct as_of from marts.customer_rfm_history order by 1")]
    for as_of in dates:
        for customer, source, target in moves.get(as_of, []):
            assert at.get(customer) == source and source != target
            at[customer] = target
        history = "select customer_id, segment from marts.customer_rfm_history where as_of = $1"
        assert at == dict(shop.rows(f"{history} and customer_id not in ({UNDATED})", (as_of,)))


def test_previous_segment_and_since_when_are_those_of_the_last_move(shop: Shop) -> None:
    rows = shop.rows(
        """select customer_id, segments.segment, previous_segment, segment_since, history.as_of,
            history.segment as segment_then
        from marts.customer_segments as segments inner join marts.customer_rfm_history as history using (customer_id)
        order by customer_id, history.as_of"""
    )
    people: dict[int, list[Any]] = {}
    for customer, *facts in rows:
        people.setdefault(customer, []).append(facts)
    for facts in people.values():
        segment, previous, since = facts[0][:3]
        stretch = [(as_of, then) for *_, as_of, then in facts]
        last_other = max((i for i, (_, then) in enumerate(stretch) if then != segment), default=-1)
        if since is not None:
            assert since == stretch[last_other + 1][0]
            assert previous == (stretch[last_other][1] if last_other >= 0 else None)
    assert shop.value("select count(*) from marts.customer_segments where previous_segment is not null") > 10


def test_nobody_is_in_the_base_before_anything_of_them_is_dated(shop: Shop) -> None:
    early = "select count(*) from marts.customer_rfm_history inner join marts.dim_customers using (customer_id)"
    assert shop.value(f"{early} where known_since >= as_of") == 0
    assert (
        shop.value(f"{early} where known_since is null and as_of < (select max(as_of) from marts.rfm_thresholds)") == 0
    )
    assert shop.value(f"{early} where known_since is null") == 3
    assert shop.findings() == []
