"""Each spelling that exports use, against the value it must become."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.land import parse


def value(expression: str, text: str | None) -> object:
    with duckdb.connect() as connection:
        row = connection.execute(f"select {expression} from (select $1::varchar as x, 'GB' as c)", [text]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-04 10:11:12", dt.datetime(2025, 3, 4, 10, 11, 12)),
        ("2025-03-04", dt.datetime(2025, 3, 4)),
        (" 2025-03-04T10:11 ", dt.datetime(2025, 3, 4, 10, 11)),
        ("2025-03-04T10:11:12.345", dt.datetime(2025, 3, 4, 10, 11, 12, 345000)),
        ("04/03/2025", dt.datetime(2025, 3, 4)),
        ("04/03/2025 23:59", dt.datetime(2025, 3, 4, 23, 59)),
        ("4/3/2025 9:05 PM", dt.datetime(2025, 3, 4, 21, 5)),
        ("03-04-2025", dt.datetime(2025, 3, 4)),
        ("2025/03/04 10:11:12", dt.datetime(2025, 3, 4, 10, 11, 12)),
        ("20250304", dt.datetime(2025, 3, 4)),
        ("1741083072", dt.datetime(2025, 3, 4, 10, 11, 12)),
        ("1741083072000", dt.datetime(2025, 3, 4, 10, 11, 12)),
        ("45720", dt.datetime(2025, 3, 4)),
        ("45720.5", dt.datetime(2025, 3, 4, 12)),
        ("4 Mar 2025", dt.datetime(2025, 3, 4)),
        ("2024-02-29", dt.datetime(2024, 2, 29)),
        ("2025-02-29", None),
        ("31/04/2025", None),
        ("04/13/2025", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_moment_is_read_in_every_known_format(text: str | None, expected: dt.datetime | None) -> None:
    assert value(parse.moment("x", shop_zone="UTC"), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-07-31T23:30:00Z", dt.datetime(2025, 8, 1, 0, 30)),
        ("2025-07-31 22:30:00 UTC", dt.datetime(2025, 7, 31, 23, 30)),
        ("2025-07-31T23:30:00+02:00", dt.datetime(2025, 7, 31, 22, 30)),
        ("2025-12-31T23:30:00-0500", dt.datetime(2026, 1, 1, 4, 30)),
        ("2025-07-31 23:30:00 -0500", dt.datetime(2025, 8, 1, 5, 30)),
        ("2025-07-31T23:30:00 +05:30", dt.datetime(2025, 7, 31, 19)),
        ("2025-07-31T23:30:00z", dt.datetime(2025, 8, 1, 0, 30)),
        ("2025-07-31 23:30 America/New_York", dt.datetime(2025, 8, 1, 4, 30)),
        ("2025-07-31 23:30:00", dt.datetime(2025, 7, 31, 23, 30)),
    ],
)
def test_a_time_with_a_zone_moves_to_the_shops_clock_and_one_without_stays(text: str, expected: dt.datetime) -> None:
    assert value(parse.moment("x", shop_zone="Europe/London"), text) == expected


@given(
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2199, 1, 1)),
    st.sampled_from([" ", "T"]),
    st.sampled_from(["Z", "+00:00", "-05:00", "+05:30", "+14:00"]),
    st.sampled_from(["UTC", "Europe/London", "America/New_York"]),
)
def test_the_usual_spelling_of_a_time_with_its_zone_is_read_like_the_rare_ones(
    time: dt.datetime, between: str, zone: str, shop_zone: str
) -> None:
    expression = parse.moment("x", shop_zone=shop_zone)
    text = time.isoformat(between)
    found = value(expression, text + zone)
    # With a space before the zone it is none of the shapes that are tried first.
    assert found == value(expression, f" {text} {zone}")
    if shop_zone == "UTC":
        ahead = dt.datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").utcoffset()
        assert ahead is not None and found == time - ahead


@pytest.mark.parametrize("text", ["2025-02-30T10:00:00Z", "2025-01-01T25:00:00+01:00", "2025-01-01 10:00:00 PMZ"])
def test_what_only_looks_like_a_time_with_its_zone_is_no_moment(text: str) -> None:
    assert value(parse.moment("x", shop_zone="UTC"), text) is None


def test_a_source_in_another_zone_is_moved_to_the_shops_clock() -> None:
    expression = parse.moment("x", shop_zone="Europe/London", source_zone="America/New_York")
    assert value(expression, "2025-01-31 23:30:00") == dt.datetime(2025, 2, 1, 4, 30)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("-08:00", dt.datetime(2025, 2, 1, 7, 30)),
        ("+05:30", dt.datetime(2025, 1, 31, 18, 0)),
        ("America/New_York", dt.datetime(2025, 2, 1, 4, 30)),
        (None, dt.datetime(2025, 1, 31, 23, 30)),
        ("PST", None),
        ("Nowhere/City", None),
    ],
)
@pytest.mark.parametrize("text", ["2025-01-31 23:30:00", "31/01/2025 11:30 PM", "01~31~2025 23:30"])
def test_a_time_is_read_in_the_zone_that_its_row_names(text: str, zone: str | None, expected: object) -> None:
    row_zone = "cast(null as varchar)" if zone is None else parse.quoted(zone)
    formats = ["%m~%d~%Y %H:%M"]
    expression = parse.moment("x", shop_zone="Europe/London", row_zone=row_zone, formats=formats)
    assert value(expression, text) == expected
    assert value(expression, "2025-01-31") == dt.datetime(2025, 1, 31)


@pytest.mark.parametrize("zone", ["CST", "BST", "Nowhere/City", "+05:30:00"])
def test_a_zone_that_could_be_several_or_is_none_is_no_moment(zone: str) -> None:
    assert value(parse.moment("x", shop_zone="Europe/London"), f"2025-07-31 23:30:00 {zone}") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-07-31 12:30 AM", dt.datetime(2025, 7, 31, 0, 30)),
        ("2025-07-31 11:30:00 PM", dt.datetime(2025, 7, 31, 23, 30)),
    ],
)
def test_the_half_of_the_day_counts_with_iso_dates_too(text: str, expected: dt.datetime) -> None:
    assert value(parse.moment("x", shop_zone="UTC"), text) == expected


@pytest.mark.parametrize("text", ["2024-02-29", "29/02/2024", "20240229", "45351", "2024-2-29", "29.02.2024!"])
def test_a_date_without_a_time_is_that_day_in_whichever_zone(text: str) -> None:
    expression = parse.moment("x", shop_zone="America/New_York", source_zone="UTC", formats=["%d.%m.%Y!"])
    assert value(expression, text) == dt.datetime(2024, 2, 29)


def test_midnight_is_a_time_and_moves_to_the_shops_clock() -> None:
    expression = parse.moment("x", shop_zone="America/New_York", source_zone="UTC")
    assert value(expression, "2024-03-01 00:00:00") == dt.datetime(2024, 2, 29, 19)


def test_a_sources_own_format_wins_over_the_built_in_ones() -> None:
    expression = parse.moment("x", shop_zone="UTC", formats=["%m/%d/%Y"])
    assert value(expression, "04/03/2025") == dt.datetime(2025, 4, 3)


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("12.50", ".", "12.50"),
        (" 1,234.56 ", ".", "1234.56"),
        ("£1,234.56", ".", "1234.56"),
        ("12.50 GBP", ".", "12.50"),
        ("GBP 12.50", ".", "12.50"),
        ("-£3.20", ".", "-3.20"),
        ("(3.20)", ".", "-3.20"),
        ("3.20-", ".", "-3.20"),
        ("1 234.56", ".", "1234.56"),
        ("1'234.56", ".", "1234.56"),
        (".5", ".", "0.50"),
        ("12,50", ".", None),
        ("1,2,3", ".", None),
        ("1.234,56", ",", "1234.56"),
        ("12,5", ",", "12.50"),
        ("12.50", ",", None),
        ("1.234", ",", "1234.00"),
        ("€ 12,50", ",", "12.50"),
        ("abc", ".", None),
        ("12abc34", ".", None),
        ("nan", ".", None),
        ("", ".", None),
        ("99999999999999999999", ".", None),
    ],
)
def test_money_is_read_with_signs_and_separators_or_not_at_all(text: str, decimal: str, expected: str | None) -> None:
    found = value(parse.number("x", "decimal(18,2)", decimal), text)
    assert found == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("020 7946 0018", "+442079460018"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("0044 20 7946 0018", "+442079460018"),
        ("+49 151 23456789", "+4915123456789"),
        ("12", None),
        ("n/a", None),
        (None, None),
    ],
)
def test_a_phone_number_becomes_e164(text: str | None, expected: str | None) -> None:
    assert value(parse.phone("x", "GB"), text) == expected


def test_the_rows_own_country_tells_the_dialling_code() -> None:
    assert value(parse.phone("x", "GB", "'DE'"), "0151 23456789") == "+4915123456789"
    assert value(parse.phone("x", "GB", "'Nowhere'"), "07911 123456") == "+447911123456"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Anna@Example.COM ", "anna@example.com"),
        ("mailto:anna@example.com", "anna@example.com"),
        ("anna@example", None),
        ("anna example.com", None),
        ("anna@@example.com", None),
        ("", None),
    ],
)
def test_an_email_is_normalised_or_refused(text: str, expected: str | None) -> None:
    assert value(parse.email("x"), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("17850.0", "17850"), (" A-7 ", "A-7"), ("v1.0", "v1.0"), ("0017", "0017"), (" ", None)],
)
def test_an_identifier_loses_only_the_spreadsheets_point_zero(text: str, expected: str | None) -> None:
    assert value(parse.identifier("x"), text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ANNA  MARIA™", "Anna Maria"), ("anna", "Anna"), ("McDonald", "McDonald"), (" \t", None), ("ŻÓŁĆ", "Żółć")],
)
def test_a_name_loses_marks_and_shouting_and_keeps_its_own_case(text: str, expected: str | None) -> None:
    assert value(parse.clean_name("x"), text) == expected
