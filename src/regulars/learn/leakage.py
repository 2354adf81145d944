"""Whether what the models learn from knows what came later: a test of the purchase summary that every run makes.

Every row is held against the date of its newest order and against itself: no window of time holds more than a longer
one. For the first customers by number, what was bought is also summed anew from the days before each cut-off alone.
"""

from __future__ import annotations

from regulars import marts
from regulars.engines.base import Session

CUSTOMERS_SUMMED_ANEW = 1_000

_IMPOSSIBLE = f"""
select count(*) as leaks
from {marts.PURCHASE_SUMMARY} as summary
inner join {marts.LEARNING_DATES} as dates on dates.cut_off_number = summary.cut_off_number
where
    summary.last_order_date >= dates.cut_off or summary.t_x > summary.observed_days
    or summary.occasions_30 > summary.occasions_90 or summary.amount_30 > summary.amount_90
    or summary.occasions_90 > summary.occasions_365 or summary.amount_90 > summary.amount_365
    or summary.occasions_365 > summary.x + 1 or summary.amount_365 > summary.amount
"""
# The past is summed up of some of the customers only, so the first customers are the first of those.
_SUMMED_ANEW = f"""
with looked_at as (
    select customer_id from {marts.PURCHASE_SUMMARY}
    group by customer_id order by count(*) desc, customer_id limit {CUSTOMERS_SUMMED_ANEW}
),
known as (
    select
        dates.cut_off_number, occasions.customer_id, count(*) as occasions, sum(occasions.amount) as amount,
        max(occasions.order_date) as last_order_date
    from {marts.PURCHASE_OCCASIONS} as occasions
    inner join looked_at on looked_at.customer_id = occasions.customer_id
    inner join {marts.LEARNING_DATES} as dates on occasions.order_date < dates.cut_off
    group by dates.cut_off_number, occasions.customer_id
)
select count(*) as leaks
from {marts.PURCHASE_SUMMARY} as summary
inner join looked_at on looked_at.customer_id = summary.customer_id
left join known on known.cut_off_number = summary.cut_off_number and known.customer_id = summary.customer_id
where
    known.occasions is null or summary.x + 1 <> known.occasions or summary.amount <> known.amount
    or summary.last_order_date <> known.last_order_date
"""


def leaking_rows(build: Session) -> int:
    """How many rows of the purchase summary know what came after their cut-off; one is one too many."""
    return sum(int(build.query(sql)["leaks"][0].as_py()) for sql in (_IMPOSSIBLE, _SUMMED_ANEW))
