"""What every customer bought in a span of days, from one published build."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa

from regulars import catalog, marts
from regulars.serve.queries import Queries

_BOUGHT = f"""
select
    customers.customer_id, coalesce(bought.orders, 0) as orders,
    cast(coalesce(bought.revenue, 0) as double precision) as revenue
from {marts.FCT_CUSTOMER_RFM} as customers
left join (
    select customer_id, count(*) as orders, sum(net_amount) as revenue
    from {marts.FCT_ORDERS}
    where is_valid and customer_id is not null and order_date >= cast($1 as date) and order_date < cast($2 as date)
    group by customer_id
) as bought on customers.customer_id = bought.customer_id
"""


@dataclass(frozen=True)
class Outcomes:
    """Everybody's orders and net revenue in the span (customer_id, orders, revenue), and who became whom since.

    `redirected` has the ids that were merged away and the ids that stand for them.
    """

    reader: pa.RecordBatchReader
    redirected: pa.Table


def published_until(queries: Queries) -> dt.date | None:
    """The day at whose start the published orders end."""
    with queries.session() as live:
        found = live.query(f"select as_of from {marts.RUN_PARAMETERS}").column(0).to_pylist()
    return found[0] if found else None


@contextmanager
def outcomes(queries: Queries, since: dt.date, until: dt.date) -> Iterator[Outcomes]:
    """What customers bought from the start of `since` to the start of `until`."""
    with queries.session() as live:
        redirected = live.query(
            f"select customer_id, redirected_to from {catalog.IDENTITY_IDS.name} where redirected_to is not null"
        )
        yield Outcomes(live.stream(_BOUGHT, (since.isoformat(), until.isoformat())), redirected)
