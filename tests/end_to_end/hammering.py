"""Publications that are told apart by one number in all that they hold, and readers that ask for everything at once."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from regulars import catalog, marts
from regulars.engines.base import Engine, open_engine
from regulars.serve.queries import Queries
from regulars.settings import Settings

CUSTOMERS = 40
SEGMENTS = ("Champions", "Loyal", "Lost")
AS_OF = dt.date(2025, 1, 1)


def publish(engine: Engine, number: int) -> None:
    """Publishes a base of CUSTOMERS + number people, in which every amount is the number."""
    people = list(range(1, CUSTOMERS + number + 1))
    each = len(people)
    segments = [SEGMENTS[person % len(SEGMENTS)] for person in people]
    numbers = pa.array([number] * each, pa.int64())
    known = {
        "customer_id": pa.array(people, pa.int64()),
        "email": [f"p{person}@example.org" for person in people],
        "phone": [f"+49301234{person:04d}" for person in people],
    }
    parameters = dict.fromkeys(catalog.PARAMETERS.column_names)
    parameters |= {"as_of": AS_OF, "window_days": number, "segment_map": f"map {number}", "keeps_history": True}
    kinds = {"as_of": pa.date32(), "window_days": pa.int32(), "keeps_history": pa.bool_(), "bins": pa.int32()}
    tables = {
        catalog.PARAMETERS.name: pa.table(
            {name: pa.array([value], kinds.get(name, pa.string())) for name, value in parameters.items()}
        ),
        marts.RUN_PARAMETERS: pa.table(
            {"as_of": [AS_OF], "window_days": pa.array([number], pa.int32()), "currency": ["EUR"]}
        ),
        marts.SEGMENT_METRICS: pa.table(
            {
                "segment": SEGMENTS,
                "position": [1, 2, 3],
                "customers": [segments.count(segment) for segment in SEGMENTS],
                "revenue": [number] * 3,
            }
        ),
        marts.CUSTOMER_360: pa.table({**known, "segment": segments, "revenue": numbers}),
        marts.DIM_CUSTOMERS: pa.table({**known, "known_since": [AS_OF] * each}),
        marts.CUSTOMER_SEGMENTS: pa.table({**known, "segment": segments}),
        marts.FCT_CUSTOMER_RFM: pa.table({**known, "segment": segments, "monetary": numbers}),
        marts.IDENTITY_MAP: pa.table(
            {**known, "source": ["web"] * each, "source_customer_id": [f"s{person}" for person in people]}
        ),
        marts.FIELD_SOURCES: pa.table(
            {
                "customer_id": known["customer_id"],
                "field": ["email"] * each,
                "source": ["web"] * each,
                "source_customer_id": [str(number)] * each,
                "rule": ["most_recent"] * each,
                "created_at": [dt.datetime(2025, 1, 1)] * each,
            }
        ),
        marts.FCT_ORDERS: pa.table(
            {
                "customer_id": pa.array(people * 2, pa.int64()),
                "order_key": [str(place) for place in range(each * 2)],
                "order_id": [str(place) for place in range(each * 2)],
                "order_date": [dt.date(2024, 12, 1)] * each * 2,
                "ordered_at": [dt.datetime(2024, 12, 1)] * each * 2,
                "status": ["completed"] * each * 2,
                "store": ["web"] * each * 2,
                "is_valid": [True] * each * 2,
                "amount": pa.array([number] * each * 2, pa.int64()),
                "net_amount": pa.array([number] * each * 2, pa.int64()),
            }
        ),
    }
    with engine.build(fresh=True) as build:
        for name, rows in tables.items():
            build.replace(name, rows)
        build.execute(f"drop table if exists {catalog.IDENTITY_IDS.name}")
        columns = ", ".join(catalog.IDENTITY_IDS.column_names)
        build.execute(f"create table {catalog.IDENTITY_IDS.name} as select {columns} from durable.ops.identity_ids")
        engine.complete(build)
    engine.publish()


def read(settings: Settings, folder: Path, threads: int) -> None:
    """Asks everything on several threads until the file `stop` is there; writes what was seen as JSON to `seen`."""
    queries = Queries(open_engine(settings), settings.shop)
    seen: list[dict[str, object]] = []

    def hammer(place: int) -> None:
        errors: list[str] = []
        numbers = [0]
        asked: Counter[str] = Counter()
        kinds = list(_QUESTIONS.items())
        kinds = kinds[place % len(kinds) :] + kinds[: place % len(kinds)]
        while not (folder / "stop").exists():
            for name, ask in kinds:
                try:
                    found = set(ask(queries))
                except Exception as error:
                    errors.append(f"{name}: {type(error).__name__}: {error}")
                    continue
                asked[name] += 1
                if len(found) != 1:
                    errors.append(f"{name}: of several publications: {sorted(found)}")
                elif min(found) < numbers[-1]:
                    errors.append(f"{name}: {found} after {numbers[-1]}")
                elif min(found) > numbers[-1]:
                    numbers.append(min(found))
        seen.append({"errors": errors, "numbers": numbers[1:], "asked": asked})

    workers = [threading.Thread(target=hammer, args=(place,)) for place in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    (folder / "seen").write_text(json.dumps(seen))


def _basis(queries: Queries) -> Iterator[int]:
    basis = queries.basis()
    yield from (basis.window_days, basis.customers - CUSTOMERS, basis.orders // 2 - CUSTOMERS)
    yield int(basis.segment_map.removeprefix("map "))


def _segments(queries: Queries) -> Iterator[int]:
    segments = queries.segments()
    assert segments.column("segment").to_pylist() == list(SEGMENTS)
    yield from segments.column("revenue").to_pylist()
    yield sum(segments.column("customers").to_pylist()) - CUSTOMERS


def _one_customer(queries: Queries) -> Iterator[int]:
    for text in ("7", "p7@example.org", "+49 30 1234 0007", "s7"):
        assert queries.customer(text) == 7
    [row] = queries.customer_360(7).to_pylist()
    yield row["revenue"]


def _orders(queries: Queries) -> Iterator[int]:
    orders = queries.customer_orders(7)
    assert orders.num_rows == 2
    yield from (int(amount) for amount in orders.column("amount").to_pylist())


def _sources(queries: Queries) -> Iterator[int]:
    assert queries.customer_sources(7).num_rows == 1
    yield from map(int, queries.field_sources(7).column("source_customer_id").to_pylist())


def _list(queries: Queries) -> Iterator[int]:
    """A list that is read slowly, so that publications come in between."""
    with queries.customers_stream(columns=["customer_id", "revenue"]) as rows:
        time.sleep(0.05)
        found = rows.read_all()
    yield found.num_rows - CUSTOMERS
    yield from found.column("revenue").to_pylist()


def _table(queries: Queries) -> Iterator[int]:
    yield from queries.table("customer_360").column("revenue").to_pylist()


def _statement(queries: Queries) -> Iterator[int]:
    found = queries.sql(
        "select rfm.monetary, wide.revenue, (select count(*) from fct_orders) as orders from fct_customer_rfm as rfm"
        " join customer_360 as wide on rfm.customer_id = wide.customer_id"
    )
    yield found.num_rows - CUSTOMERS
    for row in found.to_pylist():
        yield from (row["monetary"], row["revenue"], row["orders"] // 2 - CUSTOMERS)


def _session(queries: Queries) -> Iterator[int]:
    """Several questions to one session, with pauses."""
    with queries.session() as live:
        for table, column in ((marts.CUSTOMER_360, "revenue"), (marts.FCT_CUSTOMER_RFM, "monetary")):
            yield from live.query(f"select {column} from {table} order by customer_id").column(0).to_pylist()
            time.sleep(0.05)
        yield from live.query("select window_days from settings.parameters").column(0).to_pylist()


_QUESTIONS: dict[str, Callable[[Queries], Iterator[int]]] = {
    "basis": _basis,
    "segments": _segments,
    "customer": _one_customer,
    "orders": _orders,
    "sources": _sources,
    "list": _list,
    "table": _table,
    "statement": _statement,
    "session": _session,
}
QUESTIONS = tuple(_QUESTIONS)
