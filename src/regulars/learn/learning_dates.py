"""The dates that the models look ahead from, and what was known of the customers at each, as the warehouse says it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.learn.season import Season, estimate_season


@dataclass(frozen=True)
class CutOff:
    """A row of int_learning_dates: the start of the first day that is not known, and how many days ahead to look."""

    cut_off_number: int
    horizon: int
    is_present: bool
    is_holdout: bool
    is_origin: bool
    cut_off: dt.date

    @property
    def known_until(self) -> dt.date:
        """The start of the first day after its horizon."""
        return self.cut_off + dt.timedelta(days=self.horizon)


class LearningDates:
    """All of them, and what was known then.

    Args:
        build: The build in flight, with the core marts made.
    """

    def __init__(self, build: Session) -> None:
        self._build = build
        rows = build.query(f"select * from {marts.LEARNING_DATES} order by cut_off_number").to_pylist()
        self.dates = [CutOff(**row) for row in rows]

    @property
    def present(self) -> CutOff | None:
        """as_of; None when nobody ever bought."""
        return next((date for date in self.dates if date.is_present), None)

    def holdout(self, horizon: int) -> CutOff | None:
        """The test of a horizon; None when the history is too short for it."""
        return next((date for date in self.dates if date.is_holdout and date.horizon == horizon), None)

    def origins(self, horizon: int, today: dt.date, most: int) -> list[CutOff]:
        """The newest dates with this horizon whose outcome was known at the start of a day, the newest first."""
        known = [date for date in self.dates if date.horizon == horizon and date.known_until <= today]
        return sorted(known, key=lambda date: date.cut_off, reverse=True)[:most]

    def summary(self, date: CutOff) -> pa.Table:
        """What was known of each customer, and what came: int_customers__purchase_summary, by customer_id."""
        return self._build.stream(
            f"select * from {marts.PURCHASE_SUMMARY} where cut_off_number = $1 order by customer_id",
            (date.cut_off_number,),
        ).read_all()

    def kinds(self, date: CutOff) -> pa.Table:
        """The combinations of x, t_x and observed_days that customers have, and how many have each."""
        return self._build.stream(
            "select x, t_x, observed_days, count(*) as customers"
            f" from {marts.PURCHASE_SUMMARY} where cut_off_number = $1"
            " group by x, t_x, observed_days order by x, t_x, observed_days",
            (date.cut_off_number,),
        ).read_all()

    def season(self, date: CutOff) -> Season:
        """The season of buying as it was known at a date."""
        rows = self._build.query(
            "select order_date, tenure_band, occasions, customers"
            f" from {marts.ORDERS_BY_TENURE} where order_date < $1 order by order_date, tenure_band",
            (date.cut_off,),
        )
        numbers = [rows[name].to_numpy() for name in ("tenure_band", "occasions", "customers")]
        return estimate_season(rows["order_date"].to_numpy(), *numbers)

    def history_days(self, date: CutOff) -> int:
        """How many days of buying were known at a date."""
        sql = f"select min(order_date) as first_date from {marts.ORDERS_BY_TENURE}"
        first = self._build.query(sql)["first_date"][0].as_py()
        # The first day has nobody of any tenure.
        return 0 if first is None else (date.cut_off - first).days + 1

    def net_share(self, date: CutOff) -> float:
        """The part of what customers paid for valid orders before a date that was left after all refunds until then."""
        sums = self._build.query(
            "select sum(case when is_valid then amount end) as gross, sum(net_amount) as net,"
            f" (select sum(amount) from {marts.DATED_REFUNDS}"
            "   where customer_id is not null and refund_date < $1) as refunds"
            f" from {marts.FCT_ORDERS} where customer_id is not null and order_date < $1",
            (date.cut_off,),
        ).to_pylist()[0]
        gross, net, refunds = (float(sums[name] or 0) for name in ("gross", "net", "refunds"))
        return min(max((net - refunds) / gross, 0.0), 1.0) if gross else 1.0
