"""The dirt of real exports, put on clean columns at known rates; which rows get it is decided first, and counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.demo.contacts import COMPACT, NATIONAL, SPACED, ZEROS
from regulars.demo.dates import DAY_FIRST, ISO, MONTH_FIRST, SLASHES
from regulars.demo.recipe import DirtRates

CLEAN = 0
UPPER, LOWER = 1, 2  # of the case
LEADING, TRAILING = 1, 2  # of the spaces
REGISTERED, COPYRIGHT = 1, 2  # of the signs: Anna™, Anna ©
NO_AT, TWO_ATS, AT_IN_WORDS, NO_HOST, EMPTY = 1, 2, 3, 4, 5  # of the e-mails

Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class CustomerDirt:
    """What is wrong with each row of the customers file; CLEAN, or one of the kinds above."""

    email: Bytes
    is_phone_missing: npt.NDArray[np.bool_]
    case: Bytes
    spaces: Bytes
    signs: Bytes
    phone_style: Bytes
    created_style: Bytes
    birth_style: Bytes


@dataclass(frozen=True)
class GuestContact:
    """What each guest order says about its buyer, and how."""

    has_email: npt.NDArray[np.bool_]
    has_phone: npt.NDArray[np.bool_]
    case: Bytes
    spaces: Bytes
    phone_style: Bytes


def decide_customer_dirt(count: int, rates: DirtRates, is_dirty: bool, rng: np.random.Generator) -> CustomerDirt:
    """Chooses the dirty rows; each kind touches just its share of them, and no e-mail is both missing and malformed."""
    if not is_dirty:
        clean = np.zeros(count, dtype=np.int8)
        return CustomerDirt(clean, clean.astype(np.bool_), clean, clean, clean, clean, clean, clean)
    email = exact_share(count, rates.null_emails + rates.malformed_emails, [EMPTY], rng)
    broken = rng.permutation(np.flatnonzero(email))[round(count * rates.null_emails) :]
    email[broken] = np.resize(np.array([NO_AT, TWO_ATS, AT_IN_WORDS, NO_HOST], dtype=np.int8), broken.size)
    return CustomerDirt(
        email=email,
        is_phone_missing=exact_share(count, rates.null_phones, [1], rng).astype(np.bool_),
        case=exact_share(count, rates.changed_case, [UPPER, LOWER], rng),
        spaces=exact_share(count, rates.stray_spaces, [LEADING, TRAILING], rng),
        signs=exact_share(count, rates.trademark_signs, [REGISTERED, COPYRIGHT], rng),
        phone_style=_one_of([COMPACT] * 11 + [SPACED] * 4 + [ZEROS] * 2 + [NATIONAL] * 3, count, rng),
        created_style=date_styles(count, rng),
        birth_style=date_styles(count, rng),
    )


def decide_guest_contact(count: int, rates: DirtRates, is_dirty: bool, rng: np.random.Generator) -> GuestContact:
    """Which of e-mail and phone each guest leaves (at least one), and how sloppily. Guests write the country's code."""
    leaves = rng.random(count)
    clean = np.zeros(count, dtype=np.int8)
    return GuestContact(
        has_email=leaves < 0.9,
        has_phone=leaves > 0.35,
        case=exact_share(count, rates.guest_changed_case, [UPPER, LOWER], rng) if is_dirty else clean,
        spaces=exact_share(count, rates.guest_stray_spaces, [LEADING, TRAILING], rng) if is_dirty else clean,
        phone_style=_one_of([COMPACT] * 3 + [SPACED] + [ZEROS], count, rng) if is_dirty else clean,
    )


def date_styles(count: int, rng: np.random.Generator) -> Bytes:
    """Mostly ISO, the other three equally often."""
    return _one_of([ISO] * 11 + [DAY_FIRST] * 3 + [MONTH_FIRST] * 3 + [SLASHES] * 3, count, rng)


def exact_share(count: int, share: float, kinds: list[int], rng: np.random.Generator) -> Bytes:
    """Gives round(count * share) rows, chosen at random, one of the kinds in turn; CLEAN to the others."""
    marks = np.zeros(count, dtype=np.int8)
    chosen = rng.permutation(count)[: round(count * share)]
    marks[chosen] = np.resize(np.array(kinds, dtype=np.int8), chosen.size)
    return marks


def break_emails(emails: pa.Array, kind: Bytes) -> pa.Array:
    """Addresses that no mail server takes: annaexample.com, anna@@example.com, anna at example.com, anna@, nothing."""
    for chosen, at in ((NO_AT, ""), (TWO_ATS, "@@"), (AT_IN_WORDS, " at ")):
        emails = pc.if_else(_where(kind == chosen), pc.replace_substring(emails, "@", at), emails)
    emails = pc.if_else(_where(kind == NO_HOST), pc.replace_substring_regex(emails, "@.*", "@"), emails)
    return pc.if_else(_where(kind == EMPTY), pa.scalar(None, pa.string()), emails)


def change_case(text: pa.Array, case: Bytes) -> pa.Array:
    """ANNA or anna; what is lower case already becomes Anna."""
    lower = pc.utf8_lower(text)
    other = pc.if_else(pc.equal(lower, text), pc.utf8_capitalize(text), lower)
    return pc.if_else(_where(case == UPPER), pc.utf8_upper(text), pc.if_else(_where(case == LOWER), other, text))


def add_spaces(text: pa.Array, spaces: Bytes) -> pa.Array:
    """Two spaces before the text or one after it."""
    before, after = pc.if_else(_where(spaces == LEADING), "  ", ""), pc.if_else(_where(spaces == TRAILING), " ", "")
    return pc.binary_join_element_wise(before, text, after, "")


def add_signs(text: pa.Array, signs: Bytes) -> pa.Array:
    """Anna™ or Anna ©."""
    sign = pc.if_else(_where(signs == REGISTERED), "™", pc.if_else(_where(signs == COPYRIGHT), " ©", ""))
    return pc.binary_join_element_wise(text, sign, "")


def _one_of(kinds: list[int], count: int, rng: np.random.Generator) -> Bytes:
    """A random one of the listed kinds; one that is listed twice is twice as likely."""
    return np.array(kinds, dtype=np.int8)[rng.integers(len(kinds), size=count, dtype=np.int8)]


def _where(mask: npt.NDArray[np.bool_]) -> pa.Array:
    return pa.array(mask)
