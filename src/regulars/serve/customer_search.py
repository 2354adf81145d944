"""Customers by whatever somebody knows of them: an id, an e-mail or a phone number, or words of the name."""

from __future__ import annotations

import pyarrow as pa

from regulars import marts
from regulars.engines.base import Session
from regulars.serve.members import COLUMNS
from regulars.serve.queries import Queries

FOUND_AT_MOST = 25
_ESCAPES = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


def search(queries: Queries, text: str, by_name: bool) -> pa.Table:
    """Customers that a text may mean, who spent most first.

    What is exact wins: where an id, an e-mail or a phone number answers, names are not looked at.

    Args:
        queries: The published warehouse.
        text: What is known.
        by_name: Whether parts of names are looked for; a viewer, who sees names masked, must not find out by them.
    """
    found = queries.find_customers(text)
    with queries.session() as live:
        if not found and by_name:
            found = _named(live, text)
        if not found:
            return live.query(f"select {COLUMNS} from {marts.CUSTOMER_360} where 1 = 0")
        places = ", ".join(f"${place}" for place in range(1, len(found) + 1))
        return live.query(
            f"select {COLUMNS} from {marts.CUSTOMER_360} where customer_id in ({places})"
            " order by monetary desc, customer_id",
            tuple(found),
        )


def _named(live: Session, text: str) -> list[int]:
    """Those in whose name, or in whose e-mail, every word stands somewhere."""
    words = text.lower().split()[:5]
    if not words or len(max(words, key=len)) < 2:
        return []
    conditions = " and ".join(
        f"lower(coalesce(full_name, '') || ' ' || coalesce(email, '')) like ${place} escape '\\'"
        for place in range(1, len(words) + 1)
    )
    found: list[int] = (
        live.query(
            f"select customer_id from {marts.DIM_CUSTOMERS} where {conditions}"
            f" order by customer_id limit {FOUND_AT_MOST}",
            tuple(f"%{word.translate(_ESCAPES)}%" for word in words),
        )
        .column(0)
        .to_pylist()
    )
    return found
