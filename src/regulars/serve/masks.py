"""How personal values are made unreadable for a viewer and stay useful; each mask takes a column and keeps its type.

No mask looks at one value at a time: the work is pyarrow's, so that an export of millions is masked as it streams by.
"""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

HIDDEN = "***"

# Codes of countries by ITU E.164: one digit, two digits, and the rest with three.
_COUNTRY = r"1|7|2[07]|3[0123469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}"


def email(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`john@example.com` becomes `j***@example.com`; what is no address is hidden."""
    return _replaced(column, r"^([^@\s])[^@]*@([^@]+)$", rf"\1{HIDDEN}@\2", otherwise=HIDDEN)


def phone(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`+442079460012` becomes `+44…12`; a number of no known form is hidden."""
    return _replaced(column, rf"^\+({_COUNTRY})\d{{4,}}(\d\d)$", r"+\1…\2", otherwise=HIDDEN)


def initials(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`Jane Smith` becomes `J. S.`"""
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(column, r"(\S)\S*", r"\1."))


def beginning(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """`SW1A 1AA` becomes `SW***`: about a town, never a street."""
    return _replaced(column, r"^\s*(\S\S)\S{1}.*$", rf"\1{HIDDEN}", otherwise=HIDDEN)


def hidden(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Says only that there is a value."""
    return pc.if_else(pc.is_valid(column), pa.scalar(HIDDEN, column.type), column)


def scrubbed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text in which e-mail addresses and phone numbers are masked: `email:gus@x.org` becomes `email:g***@x.org`."""
    column = pc.replace_substring_regex(column, r"([\w.%+'-])[\w.%+'-]*@", rf"\1{HIDDEN}@")
    return pc.replace_substring_regex(column, r"(\+|phone:)\d[\d ]{5,}(\d\d)", r"\1…\2")


def year(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The first day of the year, also of an ISO date in text."""
    if is_text(column.type):
        return _replaced(column, r"^(\d{4})-\d\d-\d\d.*$", r"\1-01-01", otherwise=HIDDEN)
    return pc.floor_temporal(column, unit="year").cast(column.type)


def rounded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """To tens of thousands."""
    return pc.round(column, ndigits=-4, round_mode="half_up").cast(column.type)


# What a mask can do with a type other than text; of the others nothing but nulls is left.
_OF_TEXT: dict[str, Callable[[pa.ChunkedArray], pa.ChunkedArray]] = {
    "email": email,
    "phone": phone,
    "initials": initials,
    "beginning": beginning,
    "hidden": hidden,
    "scrubbed": scrubbed,
    "free_text": hidden,
    "year": year,
}
# A number under these names is a measure of something, not of a person.
_LEAVES_NUMBERS = ("free_text", "scrubbed")


def apply(mask: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column behind a mask, in the type that it had."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return apply(mask, column.cast(kind.value_type)).cast(kind)
    if is_text(kind):
        return _OF_TEXT.get(mask, hidden)(column)
    if mask == "year" and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return year(column)
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if mask == "rounded" and is_number:
        return rounded(column)
    if mask in _LEAVES_NUMBERS and (is_number or pa.types.is_boolean(kind) or pa.types.is_temporal(kind)):
        return column
    return pa.chunked_array([pa.nulls(len(column), kind)])


def is_text(kind: pa.DataType) -> bool:
    """Whether a type is text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _replaced(column: pa.ChunkedArray, pattern: str, by: str, *, otherwise: str) -> pa.ChunkedArray:
    fits = pc.match_substring_regex(column, pattern)
    return pc.if_else(fits, pc.replace_substring_regex(column, pattern, by), pa.scalar(otherwise, column.type))
