"""Two people side by side: what their records say, for whoever has to tell whether they are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from regulars import catalog
from regulars.engines.base import Session
from regulars.identity import exact
from regulars.identity.review import waiting

SHOWN_FIELDS = (
    *("full_name", "first_name", "last_name", "email", "phone", "birth_date", "gender", "address", "postcode", "city"),
    *("country", "created_at"),
)


@dataclass(frozen=True)
class Side:
    """One of two: a customer key, whose it is, and what its newest record says; a guest has contacts alone."""

    customer_id: int
    customer_key: str
    source: str
    source_customer_id: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Waiting:
    """A pair of people for somebody to decide on.

    Attributes:
        left: The one, by the key of the likest pair of their records.
        right: The other.
        probability: That they are one person, by the model.
        match_weight: The same as log2 of the odds.
        reason: `probability`, when it is too low to link; `chain`, when linking would have chained people together.
        pairs: How many pairs of their records are alike.
    """

    left: Side
    right: Side
    probability: float
    match_weight: float
    reason: str
    pairs: int

    @property
    def commands(self) -> tuple[str, str]:
        """What to type to make them one, and to keep them two."""
        pair = f"{self.left.customer_id} {self.right.customer_id}"
        return f"regulars identity merge {pair}", f"regulars identity never {pair}"


def review_queue(durable: Session, match_threshold: float, limit: int) -> tuple[list[Waiting], int]:
    """The pairs that wait for a decision, surest first.

    Args:
        durable: The durable warehouse, as of the last resolution.
        match_threshold: The probability from which matches link.
        limit: How many at most.

    Returns:
        The pairs, and how many there are in all.
    """
    queue = waiting(match_threshold)
    total = durable.query(f"select count(*) from ({queue}) as waiting").column(0)[0].as_py()
    rows = durable.query(
        f"select * from ({queue}) as waiting"
        f" order by match_weight desc, left_customer_id, right_customer_id limit {int(limit)}"
    ).to_pylist()
    sides = sides_of(durable, [row[name] for row in rows for name in ("left_key", "right_key")])
    found = [
        Waiting(
            sides[row["left_key"]],
            sides[row["right_key"]],
            row["probability"],
            row["match_weight"],
            row["reason"],
            row["pairs"],
        )
        for row in rows
    ]
    return found, int(total)


def sides_of(durable: Session, keys: Sequence[str]) -> dict[str, Side]:
    """What is known of some customer keys, by key; of several records of one the newest is shown."""
    if not keys:
        return {}
    wanted = sorted(set(keys))
    places = ", ".join(f"${place}" for place in range(1, len(wanted) + 1))
    fields = ", ".join(f"records.{name}" for name in SHOWN_FIELDS if name not in ("email", "phone"))
    rows = durable.query(
        f"""
select
    linked.customer_id, linked.customer_key, linked.source, linked.source_customer_id, {fields},
    coalesce(records.email, linked.email) as email, coalesce(records.phone, linked.phone) as phone
from {catalog.IDENTITY_RECORDS.name} as linked
left join ({exact.current_records()}) as records
    on records.source = linked.source and records.source_customer_id = linked.source_customer_id
where linked.customer_key in ({places})
order by linked.customer_key, records.created_at nulls first, records._load_id nulls first, records._row nulls first
""",
        tuple(wanted),
    ).to_pylist()
    return {
        row["customer_key"]: Side(
            row["customer_id"],
            row["customer_key"],
            row["source"],
            row["source_customer_id"],
            {name: row[name] for name in SHOWN_FIELDS if row[name] is not None},
        )
        for row in rows
    }


def probability_words(probability: float) -> str:
    """Cut off after four decimals, not rounded: what is not certain never reads 1.0000."""
    return f"{floor(probability * 10_000) / 10_000:.4f}"
