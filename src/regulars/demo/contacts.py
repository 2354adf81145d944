"""E-mail addresses and mobile numbers: two of each for everybody, never one for two people.

Addresses lie under example.com and its like, which nobody can own (RFC 2606); phone numbers are valid mobile numbers of
the locale's country for `phonenumbers`. Both are numbers and codes until `spell_*` makes text of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.demo.names import Codes, Names, plain_spelling
from regulars.demo.people import People
from regulars.demo.recipe import Locale

OWN, TYPO, OTHER = range(3)  # which e-mail address: the first one, that one with a slip in its host, the second one
COMPACT, SPACED, ZEROS, NATIONAL = range(4)  # +447911123456, +44 7911 123 456, 00447911123456, 07911 123 456
_NO_DIGIT = 10


@dataclass(frozen=True)
class Contacts:
    """What the spelling of every person's addresses and numbers is made of."""

    locales: tuple[Locale, ...]
    hosts: list[str]
    first_words: list[str]  # plain spellings of the first names, by code
    last_words: list[str]
    locale: npt.NDArray[np.int8]
    first: Codes
    last: Codes
    host: Codes
    host_rank: Codes  # number among the people of the same name at the same host, from 0
    name_rank: Codes  # number among the people of the same name
    phone: npt.NDArray[np.int64]
    other_phone: npt.NDArray[np.int64]


def draw_contacts(people: People, names: Names, locales: tuple[Locale, ...], rng: np.random.Generator) -> Contacts:
    """Gives every person their addresses and numbers."""
    hosts = sorted({host for locale in locales for host in locale.email_hosts})
    choices = [[hosts.index(host) for host in locale.email_hosts] for locale in locales]
    host = np.empty(people.count, dtype=np.int32)
    for number, codes in enumerate(choices):
        lives_here = people.locale == number
        host[lives_here] = rng.choice(codes, size=int(lives_here.sum()))

    first_words = [plain_spelling(word) for word in names.first_names.words]
    last_words = [plain_spelling(word) for word in names.last_names.words]
    # Two names can be spelled alike without accents, and then share an address: rank by spelling, not by name.
    first, last = _spelling_codes(first_words)[people.first_name], _spelling_codes(last_words)[people.last_name]
    name = first.astype(np.int64) * len(last_words) + last

    position = np.arange(people.count, dtype=np.int64)
    phone, other_phone = np.empty(people.count, dtype=np.int64), np.empty(people.count, dtype=np.int64)
    for number, locale in enumerate(locales):
        lives_here = people.locale == number
        numbers = len(locale.mobile_prefixes) * 10**locale.digits_after_prefix
        step, offset = _coprime_near_golden_ratio(numbers), int(rng.integers(numbers))
        phone[lives_here] = (position[lives_here] * step + offset) % numbers
        other_phone[lives_here] = ((position[lives_here] + people.count) * step + offset) % numbers
    return Contacts(
        locales, hosts, first_words, last_words, people.locale, people.first_name, people.last_name, host,
        _rank_within(name * len(hosts) + host), _rank_within(name), phone, other_phone,
    )  # fmt: skip


def spell_emails(
    contacts: Contacts, person: npt.NDArray[np.integer], which: npt.NDArray[np.int8] | None = None
) -> pa.Array:
    """The e-mail address of each of these people: their OWN, or by `which` that one with a TYPO or their OTHER one."""
    which = np.zeros(person.size, dtype=np.int8) if which is None else which
    first = _take(contacts.first_words, contacts.first[person])
    last = _take(contacts.last_words, contacts.last[person])
    is_other = pa.array(which == OTHER)
    rank = np.where(which == OTHER, contacts.name_rank[person], contacts.host_rank[person])
    number = pc.if_else(pa.array(rank == 0), "", pa.array(rank + 1).cast(pa.string()))
    # The other address is at the next host of the list, and its underscore keeps it apart from all first ones.
    hosts = [*contacts.hosts, *map(_slip, contacts.hosts)]
    host = (contacts.host[person] + (which == OTHER)) % len(contacts.hosts) + (which == TYPO) * len(contacts.hosts)
    return pc.binary_join_element_wise(
        pc.if_else(is_other, last, first), pc.if_else(is_other, "_", "."), pc.if_else(is_other, first, last),
        number, "@", _take(hosts, host), "",
    )  # fmt: skip


def spell_phones(
    contacts: Contacts,
    person: npt.NDArray[np.integer],
    style: npt.NDArray[np.int8] | None = None,
    is_other: npt.NDArray[np.bool_] | None = None,
    is_truncated: npt.NDArray[np.bool_] | None = None,
) -> pa.Array:
    """The mobile number of each of these people, COMPACT unless `style` says otherwise; truncated, it lacks a digit."""
    none = np.zeros(person.size, dtype=np.bool_)
    style = np.zeros(person.size, dtype=np.int8) if style is None else style
    is_truncated = none if is_truncated is None else is_truncated
    phone = np.where(none if is_other is None else is_other, contacts.other_phone[person], contacts.phone[person])

    locales, locale = contacts.locales, contacts.locale[person]
    digits = np.array([locale.digits_after_prefix for locale in locales])[locale]
    prefix, tail = np.divmod(phone, 10**digits)
    first_prefix = np.cumsum([0, *(len(locale.mobile_prefixes) for locale in locales)])[locale]
    thousands, last_three = np.divmod(tail, 1000)
    million, middle = np.divmod(thousands, 1000)
    codes = [locale.calling_code for locale in locales]
    leads = [lead for code in codes for lead in (f"+{code}", f"+{code} ", f"00{code}", "0")]
    groups = [f"{number:03d}" for number in range(1000)] + [f"{number // 10:02d}" for number in range(1000)]
    space = _take(["", " ", "", " "], style)
    return pc.binary_join_element_wise(
        _take(leads, locale.astype(np.int64) * 4 + style),
        _take([prefix for locale in locales for prefix in locale.mobile_prefixes], first_prefix + prefix),
        space,
        _take([*"0123456789", ""], np.where(digits > 6, million, _NO_DIGIT)), _take(groups, middle),
        space,
        _take(groups, last_three + 1000 * is_truncated), "",
    )  # fmt: skip


def _spelling_codes(words: list[str]) -> Codes:
    """One code per distinct spelling, at the position of each word."""
    return np.unique(np.array(words), return_inverse=True)[1].astype(np.int32)


def _rank_within(group: npt.NDArray[np.int64]) -> Codes:
    """The position of each row among the rows of its group, from 0."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    rank = np.empty(group.size, dtype=np.int32)
    rank[order] = np.arange(group.size) - np.repeat(starts, np.diff(starts, append=group.size))
    return rank


def _coprime_near_golden_ratio(numbers: int) -> int:
    """A step that visits every number once and leaves neighbours looking unrelated."""
    step = int(numbers * 0.6180339887)
    while math.gcd(step, numbers) > 1:
        step += 1
    return step


def _slip(host: str) -> str:
    """The host with its second and third letter swapped, which is no host of ours."""
    return host[0] + host[2] + host[1] + host[3:]


def _take(words: list[str], codes: npt.NDArray[np.integer]) -> pa.Array:
    """The words at these codes."""
    return pc.take(pa.array(words), pa.array(codes))
