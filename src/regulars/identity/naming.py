"""Whom a user means: by a golden id, SOURCE:ID, a source's own id, a customer key, an e-mail or a phone number.

Read from the durable tables, as of the last resolution: decisions are about who is known now, published or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars import catalog
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.land import parse

_LONGEST_ID = 18  # digits of a bigint
_KEYS, _RECORDS, _IDS = catalog.CUSTOMER_KEYS.name, catalog.IDENTITY_RECORDS.name, catalog.IDENTITY_IDS.name


@dataclass(frozen=True)
class Named:
    """What was named: some customer keys of one person.

    `anchor` is the key that a decision about the person is kept by: the one that the golden id belongs to, so that the
    decision still speaks of the same person when ids move. `is_person` when all of a person was named, by the golden
    id; `is_redirected` when that id has been merged away, and its founding key was named by it.
    """

    text: str
    customer_id: int
    keys: tuple[str, ...]
    anchor: str
    is_person: bool = False
    is_redirected: bool = False


def named(durable: Session, text: str, country: str) -> Named:
    """The one person, and those of their keys, that a text means.

    Args:
        durable: The durable warehouse.
        text: What the user wrote.
        country: Country of phone numbers written without a country code.

    Raises:
        InputError: Nobody or several people answer to it.
    """
    text = text.strip()
    found = _by_golden_id(durable, text)
    found += _by_keys(durable, text, _readings(text))
    if not found:
        found = _by_keys(durable, text, _contacts(country))
    if not found:
        raise InputError(
            f"Nobody is known by `{text}`. Give a customer id, SOURCE:ID of a source, an e-mail or a phone number;"
            " what has just landed is known after `regulars run --stage resolve`."
        )
    people = sorted({one.customer_id for one in found})
    if len(people) > 1:
        raise InputError(
            f"`{text}` may be any of {', '.join(map(str, people))}. Give one of these ids, or SOURCE:{text}."
        )
    return found[0]


def _by_golden_id(durable: Session, text: str) -> list[Named]:
    if not text.isdigit() or len(text) > _LONGEST_ID:
        return []
    ids = durable.query(f"select redirected_to, founding_key from {_IDS} where customer_id = $1", (int(text),))
    for row in ids.to_pylist():
        customer_id = row["redirected_to"] or int(text)
        keys = _column(durable, f"select customer_key from {_KEYS} where customer_id = $1 order by 1", customer_id)
        founder = row["founding_key"]
        if row["redirected_to"] and founder in keys:
            return [Named(text, customer_id, (founder,), founder, is_redirected=True)]
        if keys:
            return [Named(text, customer_id, tuple(keys), founder if founder in keys else keys[0], is_person=True)]
    return []


def _by_keys(durable: Session, text: str, readings: str) -> list[Named]:
    rows = durable.query(
        f"select customer_id, list(distinct customer_key order by customer_key) as keys from ({readings})"
        " group by customer_id order by customer_id limit 20",
        (text,),
    )
    return [Named(text, row["customer_id"], tuple(row["keys"]), row["keys"][0]) for row in rows.to_pylist()]


def _readings(text: str) -> str:
    given = "cast($1 as varchar)"
    readings = [
        f"select customer_key, customer_id from {_RECORDS} where source_customer_id = {given}",
        f"select customer_key, customer_id from {_KEYS} where customer_key = {given}",
    ]
    if ":" in text:
        own = f"substr({given}, strpos({given}, ':') + 1)"
        readings.append(
            f"select customer_key, customer_id from {_RECORDS}"
            f" where source = split_part({given}, ':', 1) and source_customer_id = {own}"
        )
    return " union all ".join(readings)


def _contacts(country: str) -> str:
    """E-mails and phone numbers, read as landing reads them."""
    given = "cast($1 as varchar)"
    return " union all ".join(
        f"select customer_key, customer_id from {_RECORDS} where {column} = {value}"
        for column, value in (("email", parse.email(given)), ("phone", parse.phone(given, country)))
    )


def _column(durable: Session, sql: str, value: int) -> list[str]:
    return [str(key) for key in durable.query(sql, (value,)).column(0).to_pylist()]
