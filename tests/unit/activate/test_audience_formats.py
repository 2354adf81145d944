"""Audience files hold what the platforms' documentation says, down to the hashes that it publishes."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pyarrow as pa
import pytest

from regulars.activate.audience_formats import audience_format, audience_formats, with_country_codes
from regulars.engines.files import selected
from regulars.errors import InputError

SCHEMA = pa.schema(
    [
        ("customer_id", pa.int64()),
        *((name, pa.string()) for name in ("email", "phone", "first_name", "last_name", "city", "postcode", "country")),
        ("gender", pa.string()),
        ("segment", pa.string()),
        ("consent", pa.bool_()),
        ("birth_date", pa.date32()),
    ]
)


def rows(platform: str, *customers: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a platform's file for customers, of whom the rest is unknown."""
    batch = with_country_codes(pa.RecordBatch.from_pylist(list(customers), SCHEMA))
    reader = pa.RecordBatchReader.from_batches(batch.schema, [batch])
    with selected(reader, audience_format(platform).sql) as made:
        return made.read_all().to_pylist()


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# What developers.facebook.com publishes for its customer information parameters: input and expected SHA-256.
PUBLISHED = [
    ("email", {"email": "John_Smith@gmail.com"}, "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
    ("phone", {"phone": "+1(650)555-1212"}, "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
    ("fn", {"first_name": "Mary"}, "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
    ("fn", {"first_name": "정"}, "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
    ("fn", {"first_name": "Valéry"}, "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
    ("ln", {"last_name": "Valéry"}, "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
    (
        "dob",
        {"birth_date": dt.date(1997, 2, 16)},
        "01acdbf6ec7b4f478a225f1a246e5d6767eeab1a7ffa17f025265b5b94f40f0c",
    ),
    ("country", {"country": "United States"}, "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
]


@pytest.mark.parametrize(("header", "customer", "expected"), PUBLISHED)
def test_meta_gets_the_hashes_that_meta_publishes(header: str, customer: dict[str, Any], expected: str) -> None:
    [row] = rows("meta", customer)
    assert row[header] == expected
    assert [name for name, value in row.items() if value is not None] == [header], "what is unknown has no hash"


# The normalised forms of the same page, of which it publishes no hash.
@pytest.mark.parametrize(
    ("header", "customer", "normalised"),
    [
        ("ct", {"city": "New York"}, "newyork"),
        ("ct", {"city": "L'Haÿ-les-Roses"}, "lhaÿlesroses"),
        ("zip", {"postcode": "94035-1234", "country": "USA"}, "94035"),
        ("zip", {"postcode": "M1 1AE", "country": "UK"}, "m11ae"),
        ("zip", {"postcode": "75018", "country": "France"}, "75018"),
        ("gen", {"gender": "female"}, "f"),
        ("phone", {"phone": "+44 844 412 4653"}, "448444124653"),
        ("ln", {"last_name": "O'Neill-Smith"}, "oneillsmith"),
        ("email", {"email": "  Ann@Example.ORG "}, "ann@example.org"),
    ],
)
def test_meta_gets_what_its_page_calls_normalised(header: str, customer: dict[str, Any], normalised: str) -> None:
    assert rows("meta", customer)[0][header] == hashed(normalised)


# developers.google.com, Data Manager API: examples of normalised values.
@pytest.mark.parametrize(
    ("header", "customer", "normalised"),
    [
        ("Email", {"email": "cloudy.sanfrancisco+shopping@gmail.com"}, "cloudysanfrancisco@gmail.com"),
        ("Email", {"email": "cloudy.sanfrancisco@googlemail.com"}, "cloudysanfrancisco@googlemail.com"),
        ("Email", {"email": "user.name+NYC@Example.com"}, "user.name+nyc@example.com"),
        ("Email", {"email": "a.b@notgmail.com"}, "a.b@notgmail.com"),
        ("Phone", {"phone": "+1(800)555-0100"}, "+18005550100"),
    ],
)
def test_google_gets_what_its_page_calls_normalised(header: str, customer: dict[str, Any], normalised: str) -> None:
    assert rows("google", customer)[0][header] == hashed(normalised)


def test_google_gets_an_address_whole_or_not_at_all() -> None:
    ann = {
        "email": "ann@example.org",
        "first_name": "Mrs. Ann  Marie",
        "last_name": "Lee Jr.",
        "country": "Deutschland",
    }
    whole, part = rows("google", ann | {"postcode": " 10115 "}, ann)
    assert (whole["First Name"], whole["Last Name"]) == (hashed("ann marie"), hashed("lee"))
    assert (whole["Country"], whole["Zip"]) == ("DE", "10115"), "country and postcode are not hashed"
    assert part["Email"] == hashed("ann@example.org")
    assert [part[name] for name in ("First Name", "Last Name", "Country", "Zip")] == [None] * 4


ANN = {
    "customer_id": 7,
    "email": "ann@example.org",
    "phone": "+442079460001",
    "first_name": "Ann",
    "last_name": "Lee",
    "city": "Leeds",
    "postcode": "LS1 1UR",
    "country": "England",
    "gender": "female",
    "segment": "Loyal",
    "consent": True,
    "birth_date": dt.date(1990, 3, 9),
}


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        (
            "mailchimp",
            {
                "Email Address": "ann@example.org",
                "First Name": "Ann",
                "Last Name": "Lee",
                "Phone Number": "+442079460001",
                "Birthday": "03/09",
                "Country": "GB",
                "Tags": "Loyal",
            },
        ),
        (
            "klaviyo",
            {
                "Email": "ann@example.org",
                "Phone Number": "+442079460001",
                "First Name": "Ann",
                "Last Name": "Lee",
                "City": "Leeds",
                "Zip Code": "LS1 1UR",
                "Country": "GB",
                "Email Marketing Consent": "Subscribed",
                "Segment": "Loyal",
            },
        ),
        (
            "braze",
            {
                "external_id": "7",
                "email": "ann@example.org",
                "phone": "+442079460001",
                "first_name": "Ann",
                "last_name": "Lee",
                "dob": "1990-03-09",
                "gender": "F",
                "home_city": "Leeds",
                "country": "GB",
                "email_subscribe": "opted_in",
                "segment": "Loyal",
            },
        ),
    ],
)
def test_lists_for_sending_have_the_columns_that_the_platform_imports(platform: str, expected: dict[str, str]) -> None:
    [row] = rows(platform, ANN)
    assert row == expected
    assert tuple(row) == audience_format(platform).headers


@pytest.mark.parametrize(
    ("platform", "column", "word"),
    [
        ("klaviyo", "Email Marketing Consent", "Never subscribed"),
        ("braze", "email_subscribe", "subscribed"),
    ],
)
def test_who_was_never_asked_is_not_said_to_have_agreed(platform: str, column: str, word: str) -> None:
    assert rows(platform, ANN | {"consent": None})[0][column] == word


def test_a_format_reads_only_the_columns_that_it_uses() -> None:
    present = ["customer_id", "income", *SCHEMA.names[1:]]
    assert audience_format("mailchimp").fields(present) == [
        *("email", "phone", "first_name", "last_name", "country", "segment", "birth_date"),
    ]
    assert not any(fmt.shows_contacts for fmt in audience_formats() if fmt.name in ("meta", "google"))


def test_an_unknown_platform_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no audience format `tiktok`.*braze, google, klaviyo, mailchimp, meta"):
        audience_format("tiktok")


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("United Kingdom", "GB"),
        ("gb", "GB"),
        (" Österreich ", "AT"),
        ("U.S.A.", "US"),
        ("Atlantis", None),
        (None, None),
    ],
)
def test_a_countrys_name_becomes_its_code(word: str | None, code: str | None) -> None:
    batch = pa.RecordBatch.from_pylist([{"country": word}], pa.schema([("country", pa.string())]))
    assert with_country_codes(batch).to_pylist()[0]["country_code"] == code
