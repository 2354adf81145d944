"""What people decide about people: that two are one, that one is two, that two are never one; and taking it back.

A decision is kept by customer keys, so it lasts whatever becomes of golden ids; it is never changed, only followed by a
newer one on the same pair. It is resolved as it is made, and refused whole when it contradicts those that stand.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import pyarrow as pa

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.journal import ledger_time
from regulars.errors import InputError
from regulars.identity.desk import desk_of
from regulars.identity.exact import ACTIVE_DECISIONS
from regulars.identity.naming import Named, named
from regulars.identity.stage import Resolver, staged_facts

Decision = Literal["merge", "split", "never", "undo"]

_VIOLATED = f"""
select decided.*
from ({ACTIVE_DECISIONS}) as decided
inner join {catalog.CUSTOMER_KEYS.name} as one on one.customer_key = decided.left_key
inner join {catalog.CUSTOMER_KEYS.name} as other on other.customer_key = decided.right_key
where (decided.decision = 'merge') <> (one.customer_id = other.customer_id)
order by decided.decided_at, decided.left_key, decided.right_key
"""


@dataclass(frozen=True)
class Decided:
    """What came of a decision: the golden ids of the two that were named, as they are now."""

    decision: Decision
    left: str
    right: str
    left_customer_id: int
    right_customer_id: int
    left_customer_id_before: int
    right_customer_id_before: int
    pairs: int

    @property
    def words(self) -> str:
        """What is so now."""
        one, other = self.left_customer_id, self.right_customer_id
        if one != other:
            return f"`{self.left}` and `{self.right}` are two people: {one} and {other}."
        before = sorted({self.left_customer_id_before, self.right_customer_id_before} - {one})
        redirected = f"; {', '.join(map(str, before))} is redirected to it" if before else ""
        return f"`{self.left}` and `{self.right}` are one person: {one}{redirected}."


def decide(
    durable: Session, resolver: Resolver, decision: Decision, left: str, right: str, country: str, reason: str | None
) -> Decided:
    """Notes a decision about two people or keys and resolves them by it, all in one transaction.

    Args:
        durable: The durable warehouse; no transaction is open on it.
        resolver: Resolves by the warehouse's settings.
        decision: `merge` two people, `split` a key off its person, keep two people apart by `never`, or `undo`.
        left: One of them: a golden id, SOURCE:ID, a source's id, a customer key, an e-mail or a phone number.
        right: The other.
        country: Country of phone numbers written without a country code.
        reason: Why, in the user's words.

    Raises:
        InputError: Somebody is unknown, the decision says what is so already, or contradicts one that stands.
    """
    with durable.transaction():
        staged = staged_facts(durable)
        with desk_of(durable, resolver.space) as desk:
            known = desk.session
            resolver.resolve_at(known, staged)
            one, other = named(known, left, country), named(known, right, country)
            pairs = _pairs(known, decision, one, other)
            _note(known, decision, pairs, reason)
            resolver.resolve_at(known, staged)
            _refuse_contradiction(known, decision, one, other)
            desk.write_back()
            return Decided(
                decision,
                left,
                right,
                _customer_id(known, _key_of(one, other)),
                _customer_id(known, _key_of(other, one)),
                one.customer_id,
                other.customer_id,
                len(pairs),
            )


def standing(durable: Session) -> pa.Table:
    """The decisions that hold, newest first, with the golden ids that their keys have now."""
    return durable.query(
        "select decided.decision, decided.left_key, decided.right_key, one.customer_id as left_customer_id,"
        " other.customer_id as right_customer_id, decided.decided_at, decided.reason"
        f" from ({ACTIVE_DECISIONS}) as decided"
        f" left join {catalog.CUSTOMER_KEYS.name} as one on one.customer_key = decided.left_key"
        f" left join {catalog.CUSTOMER_KEYS.name} as other on other.customer_key = decided.right_key"
        " order by decided.decided_at desc, decided.left_key, decided.right_key"
    )


def _pairs(durable: Session, decision: Decision, one: Named, other: Named) -> list[tuple[str, str]]:
    """The pairs of keys that a decision is about."""
    if decision == "undo":
        return _pairs_decided(durable, one, other)
    is_one_person = one.customer_id == other.customer_id
    if decision == "split":
        if not is_one_person:
            raise InputError(
                f"`{one.text}` ({one.customer_id}) and `{other.text}` ({other.customer_id}) are two people already."
                " `regulars identity never` keeps them so."
            )
        return _pairs_to_split(one, other)
    if is_one_person:
        repair = "" if decision == "merge" else " `regulars identity split` tells them apart."
        raise InputError(f"`{one.text}` and `{other.text}` are one person already: {one.customer_id}.{repair}")
    if decision == "merge":
        _refuse(_apart(durable, one.customer_id, other.customer_id), one, other)
    return [(one.anchor, other.anchor)]


def _pairs_to_split(one: Named, other: Named) -> list[tuple[str, str]]:
    if one.is_person and other.is_person:
        raise InputError(
            f"`{one.text}` and `{other.text}` are the same person as a whole. Name the record that shall go:"
            " SOURCE:ID, or the golden id that was merged into this one."
        )
    if one.is_person and not other.is_redirected:
        one = replace(one, keys=tuple(key for key in one.keys if key not in other.keys))
    if other.is_person and not one.is_redirected:
        other = replace(other, keys=tuple(key for key in other.keys if key not in one.keys))
    if not one.keys or not other.keys:
        raise InputError(
            f"All that is known of customer {one.customer_id} is named, and nothing is left to part it from."
        )
    # What was merged under two golden ids is parted by the keys that those ids belong to, as it was merged.
    lefts, rights = (
        (side.anchor,) if side.is_person and is_merged else side.keys
        for side, is_merged in ((one, other.is_redirected), (other, one.is_redirected))
    )
    if set(lefts) & set(rights):
        raise InputError(f"`{one.text}` and `{other.text}` name the same record. Name two different ones.")
    return list(product(lefts, rights))


def _pairs_decided(durable: Session, one: Named, other: Named) -> list[tuple[str, str]]:
    left, right = set(one.keys), set(other.keys)
    found = [
        (row["left_key"], row["right_key"])
        for row in durable.query(ACTIVE_DECISIONS).to_pylist()
        if (row["left_key"] in left and row["right_key"] in right)
        or (row["left_key"] in right and row["right_key"] in left)
    ]
    if not found:
        raise InputError(
            f"No decision stands about `{one.text}` and `{other.text}`."
            " `regulars identity decisions` lists those that do."
        )
    return found


def _note(durable: Session, decision: Decision, pairs: list[tuple[str, str]], reason: str | None) -> None:
    newest = durable.query(f"select max(decided_at) from {catalog.IDENTITY_DECISIONS.name}").column(0)[0].as_py()
    at = ledger_time()
    if newest is not None and newest >= at:
        # Two decisions on a pair need an order, also when they are made within a tick or a clock was set back.
        at = newest + dt.timedelta(milliseconds=1)
    rows = [
        {"decision": decision, "left_key": left, "right_key": right, "decided_at": at, "reason": reason}
        for left, right in pairs
    ]
    schema = pa.schema(
        [
            (name, pa.timestamp("us") if name == "decided_at" else pa.string())
            for name in catalog.IDENTITY_DECISIONS.column_names
        ]
    )
    durable.append(catalog.IDENTITY_DECISIONS.name, pa.Table.from_pylist(rows, schema))


def _apart(durable: Session, customer_id: int, other_id: int) -> list[dict[str, Any]]:
    """Decisions that keep keys of two people apart."""
    rows: list[dict[str, Any]] = durable.query(
        f"select decided.* from ({ACTIVE_DECISIONS}) as decided"
        f" inner join {catalog.CUSTOMER_KEYS.name} as one on one.customer_key = decided.left_key"
        f" inner join {catalog.CUSTOMER_KEYS.name} as other on other.customer_key = decided.right_key"
        " where decided.decision <> 'merge' and least(one.customer_id, other.customer_id) = $1"
        " and greatest(one.customer_id, other.customer_id) = $2 order by decided.decided_at, decided.left_key",
        (min(customer_id, other_id), max(customer_id, other_id)),
    ).to_pylist()
    return rows


def _refuse_contradiction(durable: Session, decision: Decision, one: Named, other: Named) -> None:
    """What was decided before holds too, or the new decision does not."""
    if decision != "undo":
        _refuse(durable.query(_VIOLATED).to_pylist(), one, other)


def _refuse(decided: list[dict[str, Any]], one: Named, other: Named) -> None:
    if not decided:
        return
    words = "; ".join(
        f"{row['decision']} `{row['left_key']}` and `{row['right_key']}`, of {row['decided_at']:%Y-%m-%d}"
        + (f" ({row['reason']})" if row["reason"] else "")
        for row in decided
    )
    first = decided[0]
    raise InputError(
        f"That contradicts what was decided before about the people of `{one.text}` and `{other.text}`: {words}."
        f" Take it back first: regulars identity undo {first['left_key']} {first['right_key']}"
    )


def _key_of(one: Named, other: Named) -> str:
    """A key to tell by whom a named one is now; of a person from whom a key was split off, one that stays."""
    staying = [key for key in one.keys if key not in other.keys]
    return one.anchor if one.anchor in staying or not staying else staying[0]


def _customer_id(durable: Session, key: str) -> int:
    found = durable.query(f"select customer_id from {catalog.CUSTOMER_KEYS.name} where customer_key = $1", (key,))
    return int(found.column(0)[0].as_py())
