"""Masks hide who it is, keep what is useful, and never change a column's type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.serve import masks


def _masked(mask: str, *values: object, kind: pa.DataType | None = None) -> list[object]:
    column = pa.chunked_array([pa.array(values, kind)])
    behind = masks.apply(mask, column)
    assert behind.type == column.type
    return behind.to_pylist()


def test_an_address_keeps_its_first_letter_and_its_domain() -> None:
    assert _masked("email", "john@example.com", "J@x.org", "ünal@x.de", None, "nonsense", "a@b@c.org") == [
        *("j***@example.com", "J***@x.org", "ü***@x.de", None, "***", "***"),
    ]


def test_a_number_keeps_its_country_and_two_digits() -> None:
    told = _masked(
        "phone", "+442079460012", "+12125550199", "+353861234567", "+380501234567", None, "020 7946", "+4412"
    )
    assert told == ["+44…12", "+1…99", "+353…67", "+380…67", None, "***", "***"]


def test_a_name_becomes_its_initials() -> None:
    told = _masked("initials", "Jane Smith", "  Ann-Marie  Lee ", "Ægir", "李 小龍", "", None)
    assert told == ["J. S.", "A.  L.", "Æ.", "李. 小.", "", None]


def test_a_postcode_keeps_its_beginning() -> None:
    assert _masked("beginning", "SW1A 1AA", "10115", "75", "", None) == ["SW***", "10***", "***", "***", None]


def test_a_birth_date_keeps_its_year_as_date_time_and_text() -> None:
    assert _masked("year", dt.date(1980, 7, 4), None) == [dt.date(1980, 1, 1), None]
    assert _masked("year", dt.datetime(1980, 7, 4, 5)) == [dt.datetime(1980, 1, 1)]
    assert _masked("year", "1980-07-04", "4 July 1980") == ["1980-01-01", "***"]


def test_an_income_is_rounded_whatever_number_it_is() -> None:
    assert _masked("rounded", Decimal("43512.20"), Decimal("45000.00"), None, kind=pa.decimal128(18, 2)) == [
        *(Decimal("40000.00"), Decimal("50000.00"), None)
    ]
    assert _masked("rounded", 43512.2) == [40000.0]
    assert _masked("rounded", 43512, 4) == [40000, 0]


def test_addresses_and_numbers_inside_a_text_are_masked() -> None:
    told = _masked(
        "scrubbed", "email:gus@example.org", "phone:+442079460001", "phone:02079460001", "crm:12345678901", None
    )
    assert told == ["email:g***@example.org", "phone:+…01", "phone:…01", "crm:12345678901", None]


def test_free_text_is_hidden_and_measures_are_left() -> None:
    assert _masked("free_text", "Ann Lee, 020 7946", None) == ["***", None]
    assert _masked("free_text", 0.83) == [0.83]


@pytest.mark.parametrize("mask", ["email", "phone", "initials", "hidden", "beginning"])
def test_of_a_type_that_a_mask_cannot_read_nothing_is_left(mask: str) -> None:
    assert _masked(mask, 442079460012, 1) == [None, None]
    assert _masked(mask, b"ann@example.org") == [None]
    assert _masked(mask, ["ann@example.org"]) == [None]


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_text_is_text_however_it_is_stored(kind: pa.DataType) -> None:
    assert _masked("email", "john@example.com", None, kind=kind) == ["j***@example.com", None]


@given(
    st.text(alphabet=st.characters(codec="utf-8"), min_size=3),
    st.sampled_from(["email", "phone", "hidden", "initials"]),
)
def test_no_mask_gives_a_value_away(value: str, mask: str) -> None:
    [told] = _masked(mask, value)
    letters = [word for word in value.split() if len(word) > 2]
    assert isinstance(told, str)
    if mask == "initials":
        assert all(len(word) <= 2 for word in told.split())
    elif letters and "@" not in value:
        assert value not in told
