"""Who is to be erased, and by what they are known: golden ids, customer keys, e-mail addresses and phone numbers.

Read from the durable side, as of the last resolution. What other people are known by too is none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars import catalog
from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.identity.guards import shipped_guards
from regulars.land.tombstones import Kind

_KEYS, _RECORDS, _IDS = catalog.CUSTOMER_KEYS.name, catalog.IDENTITY_RECORDS.name, catalog.IDENTITY_IDS.name
_LONGEST_ID = 18


@dataclass(frozen=True)
class Person:
    """One person: `customer_ids` are the golden id, those that were merged into it, and guests known by their contacts.

    `shared` counts the addresses and numbers that others have too, by which nobody is kept out.
    """

    customer_ids: tuple[int, ...]
    keys: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    shared: int = 0

    @property
    def identifiers(self) -> list[tuple[Kind, str]]:
        """What goes into the tombstones."""
        guests = [f"email:{email}" for email in self.emails] + [f"phone:{phone}" for phone in self.phones]
        return [
            *(("key", key) for key in dict.fromkeys([*self.keys, *guests])),
            *(("email", email) for email in self.emails),
            *(("phone", phone) for phone in self.phones),
            *(("customer", str(customer_id)) for customer_id in self.customer_ids),
        ]


def find_person(session: Session, text: str, country: str) -> Person:
    """The one person that a text means.

    Args:
        session: The durable warehouse, resolved.
        text: A golden id, SOURCE:ID, a source's id, an e-mail address or a phone number.
        country: Country of phone numbers written without a country code.

    Raises:
        InputError: Nobody or several people answer to it.
    """
    text = text.strip()
    number = _e164(text, country)
    found: list[int] = []
    for sql, params in _readings(text, number):
        found = _ids_of(session, sql, params)
        if found:
            break
    if len(found) > 1:
        raise InputError(
            f"`{text}` may be any of {', '.join(map(str, found))}. Give one of these ids, or SOURCE:{text}."
        )
    if not found and not session.query(f"select 1 from {_KEYS} limit 1").num_rows:
        raise InputError(
            "This warehouse holds nobody yet, so it may be the wrong one. Name the right one by --warehouse, or go to"
            " the folder of the shop."
        )
    if not found:
        raise InputError(
            f"Nobody is known by `{text}`. Give a customer id, SOURCE:ID of a source, an e-mail or a phone number."
            " Who was erased before is not known any more."
        )
    return _person(session, found[0])


def _person(session: Session, customer_id: int) -> Person:
    people = [customer_id, *_guests(session, customer_id)]
    listed = ", ".join(map(str, people))
    merged = _ids_of(session, f"select customer_id from {_IDS} where redirected_to in ({listed})", ())
    keys = _texts(session, f"select customer_key from {_KEYS} where customer_id in ({listed}) order by 1", ())
    emails, email_shared = _theirs(session, "email", listed)
    phones, phone_shared = _theirs(session, "phone", listed)
    return Person((*people, *merged), tuple(keys), emails, phones, email_shared + phone_shared)


def _guests(session: Session, customer_id: int) -> list[int]:
    """Guests of whom nothing is known but an address or number that the person once had: they are the person."""
    once_had = " union ".join(
        f"select '{column}:' || value from ({_bearing(column)}) as known where customer_id = $1"
        for column in ("email", "phone")
    )
    guests = (
        f"select customer_id from {_KEYS} where customer_id <> $1 group by customer_id"
        f" having count(*) = count(case when customer_key in ({once_had}) then 1 end)"
    )
    return _ids_of(session, guests, (customer_id,))


def _theirs(session: Session, column: str, listed: str) -> tuple[tuple[str, ...], int]:
    """The values that all versions of the person's rows have, and how many of them are not theirs alone."""
    guards = shipped_guards(1)
    placeholder = (guards.placeholder_email if column == "email" else guards.placeholder_phone)("value")
    rows = _bearing(column)
    found = session.query(
        f"with of_person as (select distinct value from ({rows}) as known where customer_id in ({listed}))"
        f" select value, coalesce({placeholder}, false) or exists ("
        f"select 1 from ({rows}) as others where others.value = of_person.value"
        f" and others.customer_id not in ({listed})) as is_shared from of_person order by value"
    ).to_pylist()
    return tuple(row["value"] for row in found if not row["is_shared"]), sum(row["is_shared"] for row in found)


def _bearing(column: str) -> str:
    """SQL of (customer_id, value): whose rows, in any version, have which e-mail addresses or phone numbers."""
    tables = [view for entity, view in catalog.KNOWN.items() if column in catalog.STAGED[entity].column_names]
    return " union all ".join(
        f"select keys.customer_id, staged.{column} as value from {view} as staged"
        f" join {_KEYS} as keys on keys.customer_key = staged.customer_key where staged.{column} is not null"
        for view in tables
    )


def _readings(text: str, number: str | None) -> list[tuple[str, tuple[object, ...]]]:
    """The meanings of a text, likeliest first."""
    by_source = f"select customer_id from {_RECORDS} where source_customer_id = $1"
    by_key = f"select customer_id from {_KEYS} where customer_key = $1"
    readings: list[tuple[str, tuple[object, ...]]] = []
    if "@" in text:
        readings.append((f"select customer_id from ({_bearing('email')}) as known where value = $1", (text.lower(),)))
    if text.isdigit() and len(text) <= _LONGEST_ID:
        golden = f"select coalesce(redirected_to, customer_id) as customer_id from {_IDS} where customer_id = $1"
        readings.append((golden, (int(text),)))
    readings.append((f"{by_source} union all {by_key}", (text,)))
    source, separator, own = text.partition(":")
    if separator:
        readings.append((f"{by_source} and source = $2", (own, source)))
    if number:
        readings.append((f"select customer_id from ({_bearing('phone')}) as known where value = $1", (number,)))
    return readings


def _ids_of(session: Session, sql: str, params: Sequence[object]) -> list[int]:
    found = session.query(f"select distinct customer_id from ({sql}) as found order by 1 limit 20", params)
    return [int(value) for value in found.column(0).to_pylist()]


def _texts(session: Session, sql: str, params: Sequence[object]) -> list[str]:
    return [str(value) for value in session.query(sql, params).column(0).to_pylist()]


def _e164(text: str, country: str) -> str | None:
    import phonenumbers

    try:
        return str(phonenumbers.format_number(phonenumbers.parse(text, country), phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        return None
