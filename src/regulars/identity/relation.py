"""Why two customers are one person, or two: what links them exactly, through whom, and what the model makes of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.scratch import ScratchSpace
from regulars.errors import InputError
from regulars.identity.desk import desk_of
from regulars.identity.exact import ACTIVE_DECISIONS
from regulars.identity.gathering import gathered, weighed_pair
from regulars.identity.naming import Named, named
from regulars.identity.path import Link, shortest_path
from regulars.identity.sides import Side, probability_words, sides_of
from regulars.settings import Settings

if TYPE_CHECKING:
    from regulars.identity.explaining import PairExplanation

_KEYS = catalog.CUSTOMER_KEYS.name

_LINKS = f"""
select link.kind, link.value, known.customer_key
from resolving_links as link
inner join resolving_keys as known on known.key_number = link.key_number
inner join {_KEYS} as standing on standing.customer_key = known.customer_key
where standing.customer_id in ($1, $2)
order by link.kind, link.value, known.customer_key
"""

_MATCHES = f"""
select matched.left_key, matched.right_key, matched.probability
from {catalog.IDENTITY_MATCHES.name} as matched
inner join {_KEYS} as one on one.customer_key = matched.left_key
inner join {_KEYS} as other on other.customer_key = matched.right_key
where one.customer_id in ($1, $2) and other.customer_id in ($1, $2)
order by matched.left_key, matched.right_key
"""

_DECISIONS = f"""
select decided.*
from ({ACTIVE_DECISIONS}) as decided
inner join {_KEYS} as one on one.customer_key = decided.left_key
inner join {_KEYS} as other on other.customer_key = decided.right_key
where one.customer_id in ($1, $2) and other.customer_id in ($1, $2)
order by decided.decided_at, decided.left_key, decided.right_key
"""

_IGNORED = """
select ignored.kind, ignored.value, ignored.reason
from resolving_ignored as ignored
inner join resolving_evidence as one
    on one.customer_key = $1 and case ignored.kind when 'email' then one.email else one.phone end = ignored.value
inner join resolving_evidence as other
    on other.customer_key = $2 and case ignored.kind when 'email' then other.email else other.phone end = ignored.value
group by ignored.kind, ignored.value, ignored.reason
order by ignored.kind, ignored.value
"""


@dataclass(frozen=True)
class Relation:
    """Two customers and what hangs them together or keeps them apart.

    Attributes:
        left: The one.
        right: The other.
        links: What links the two keys themselves.
        path: When nothing does and they are one person still: the steps from one to the other.
        ignored: Values that both have and that a guard keeps from linking anybody: kind, value and reason.
        decisions: What people decided about them and who is one person with them.
        probability: Of the strongest match between them, if it was worth keeping.
        weighed: What the model makes of them, comparison by comparison; none where it has nothing to compare.
        is_chain: They are two, though matched strongly enough: linking them would have chained people together.
    """

    left: Side
    right: Side
    links: tuple[Link, ...]
    path: tuple[Link, ...]
    ignored: tuple[dict[str, Any], ...]
    decisions: tuple[dict[str, Any], ...]
    probability: float | None
    is_chain: bool
    weighed: PairExplanation | None = None

    @property
    def is_one_person(self) -> bool:
        """Whether both have the same golden id."""
        return self.left.customer_id == self.right.customer_id


def relation(durable: Session, settings: Settings, left: str, right: str) -> Relation:
    """How two customers are related, as of the last resolution.

    Args:
        durable: The durable warehouse; no transaction is open on it.
        settings: Thresholds, guards and model.
        left: One of them: a golden id, SOURCE:ID, a source's id, a customer key, an e-mail or a phone number.
        right: The other.

    Raises:
        InputError: Somebody is unknown, or both are the same record.
    """
    with desk_of(durable, ScratchSpace(None, settings.threads, settings.memory_limit)) as desk:
        return _relation(desk.session, settings, left, right)


def _relation(durable: Session, settings: Settings, left: str, right: str) -> Relation:
    country, threshold = settings.shop.country, settings.identity.match_threshold
    one, other = _keys_named(named(durable, left, country), named(durable, right, country))
    sides = sides_of(durable, [one, other])
    ids = (sides[one].customer_id, sides[other].customer_id)
    matches = durable.query(_MATCHES, ids).to_pylist()
    decisions = durable.query(_DECISIONS, ids).to_pylist()
    with gathered(durable, settings.identity):
        links = _pairwise(durable.query(_LINKS, ids).to_pylist())
        ignored = durable.query(_IGNORED, (one, other)).to_pylist()
        weighed = weighed_pair(durable, settings, one, other) if settings.identity.probabilistic else None
    links += [
        Link(row["left_key"], row["right_key"], "decision", row["reason"] or "")
        for row in decisions
        if row["decision"] == "merge"
    ]
    links += [
        Link(row["left_key"], row["right_key"], "match", probability_words(row["probability"]))
        for row in matches
        if row["probability"] >= threshold
    ]
    own = [row["probability"] for row in matches if {row["left_key"], row["right_key"]} == {one, other}]
    direct = [link for link in links if {link.left, link.right} == {one, other}]
    is_one = ids[0] == ids[1]
    return Relation(
        sides[one],
        sides[other],
        tuple(direct),
        tuple(shortest_path(links, one, other)) if is_one and not direct else (),
        tuple(ignored),
        tuple(decisions),
        own[0] if own else None,
        not is_one and bool(own) and own[0] >= threshold,
        weighed,
    )


def _keys_named(one: Named, other: Named) -> tuple[str, str]:
    """The two keys that are meant; a golden id means the key that it was founded with."""
    keys = one.anchor, other.anchor
    if keys[0] == keys[1]:
        raise InputError(
            f"`{one.text}` and `{other.text}` are the same record, of customer {one.customer_id}. Name two:"
            " SOURCE:ID, or two golden ids."
        )
    return keys


def _pairwise(rows: list[dict[str, Any]]) -> list[Link]:
    """Rows of (kind, value, key) as links between every two keys of a value; few, as guards bound them."""
    sharing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        sharing[row["kind"], row["value"]].append(row["customer_key"])
    return [
        # Parts of a declared key are kept apart by a sign that nobody types, after the key's number.
        Link(left, right, kind, ", ".join(value.split("\x1f")[1:]) if kind == "key" else value)
        for (kind, value), keys in sharing.items()
        for left, right in combinations(keys, 2)
    ]
