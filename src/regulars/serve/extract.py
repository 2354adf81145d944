"""Customers joined to their purchases, and what is missing on either side, from one published build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa

from regulars import marts
from regulars.errors import InputError
from regulars.serve.queries import Queries
from regulars.serve.served_orders import refuse_without_orders

SIDES = ("both", "customers", "purchases")
_COUNTS = f"""
select
    sides.found_in, sides.meaning, count(distinct extract.customer_id) as people, count(extract.order_key) as purchases,
    cast(coalesce(sum(extract.amount), 0) as decimal(18, 2)) as amount
from (values
    (1, 'both', 'customers with purchases'),
    (2, 'customers', 'customers without a purchase'),
    (3, 'purchases', 'purchases without a customer record')
) as sides (place, found_in, meaning)
left join {marts.CUSTOMER_PURCHASE_EXTRACT} as extract on extract.found_in = sides.found_in
group by sides.place, sides.found_in, sides.meaning
order by sides.place
"""


def counts(queries: Queries) -> pa.Table:
    """One row per side: how many people, purchases and what they came to."""
    with queries.session() as live:
        refuse_without_orders(live)
        return live.query(_COUNTS)


@contextmanager
def rows(queries: Queries, found_in: Sequence[str] = ()) -> Iterator[pa.RecordBatchReader]:
    """customer_purchase_extract, of some sides or of all, batch by batch, customer by customer.

    Raises:
        InputError: There is no such side, or the orders are not served.
    """
    for side in found_in:
        if side not in SIDES:
            raise InputError(f"Nothing is found in `{side}`. Choose of: {', '.join(SIDES)}.")
    places = ", ".join(f"${index}" for index in range(1, len(found_in) + 1))
    where = f"where found_in in ({places})" if found_in else ""
    with queries.session() as live:
        refuse_without_orders(live)
        yield live.stream(
            f"select * from {marts.CUSTOMER_PURCHASE_EXTRACT} {where}"
            " order by customer_id nulls last, order_date, extract_key",
            tuple(found_in),
        )
