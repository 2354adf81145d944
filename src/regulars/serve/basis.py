"""What the published numbers were made from, and through which day: what is read beside every number."""

from __future__ import annotations

from dataclasses import dataclass

from regulars import marts
from regulars.engines.base import Session
from regulars.serve.served_orders import serves_orders


@dataclass(frozen=True)
class Basis:
    """What the published numbers were made from: read it beside every number."""

    as_of: str | None
    window_days: int
    segment_map: str
    currency: str
    customers: int
    orders: int
    data_through: str | None = None


def read_basis(live: Session) -> Basis:
    """What the published numbers of an open session were made from."""
    orders = f"count(*) from {marts.FCT_ORDERS} where is_valid and order_date < r.as_of"
    through = f"max(order_date) from {marts.FCT_ORDERS} where is_valid and order_date < r.as_of"
    if not serves_orders(live):
        orders = f"coalesce(sum(orders + orders_without_customer), 0) from {marts.DAILY_SALES}"
        through = f"max(date) from {marts.DAILY_SALES} where orders + orders_without_customer > 0"
    row = live.query(
        "select cast(r.as_of as varchar) as as_of, r.window_days, p.segment_map,"
        " coalesce(r.currency, '') as currency,"
        f" (select count(*) from {marts.FCT_CUSTOMER_RFM}) as customers,"
        f" cast((select {orders}) as bigint) as orders,"
        f" cast((select {through}) as varchar) as data_through"
        " from intermediate.int_run_parameters r cross join settings.parameters p"
    ).to_pylist()[0]
    return Basis(**row)


def read_state(live: Session) -> tuple[str | None, str | None]:
    """The day that is live, and the newest day with a valid order: quick however many orders there are."""
    [row] = live.query(
        "select cast(r.as_of as varchar) as as_of, (select cast(max(date) as varchar)"
        f" from {marts.DAILY_SALES} where orders + orders_without_customer > 0) as data_through"
        f" from {marts.RUN_PARAMETERS} as r"
    ).to_pylist()
    return row["as_of"], row["data_through"]
