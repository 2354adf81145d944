"""Placeholders are data, and their SQL tells them from what people really have."""

import duckdb
import pytest

from regulars.identity.guards import Guards, shipped_guards

GUARDS = shipped_guards(10)


def holds(expression):
    connection = duckdb.connect()
    try:
        return connection.execute(f"select {expression}").fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize("email", ["test@shop.example", "noreply@gmail.com", "none@none.com", "a@a.com", "guest@x.org"])
def test_placeholder_emails_are_known(email):
    assert holds(GUARDS.placeholder_email(f"'{email}'"))


@pytest.mark.parametrize("email", ["tess@shop.example", "anna.test@gmail.com", "info@florist.example", "a@smith.com"])
def test_emails_of_people_and_shared_mailboxes_are_not_placeholders(email):
    assert not holds(GUARDS.placeholder_email(f"'{email}'"))


@pytest.mark.parametrize("phone", ["+440000000000", "0000000000", "+11111111111", "+441234567890", "+49999999999999"])
def test_placeholder_phones_are_known(phone):
    assert holds(GUARDS.placeholder_phone(f"'{phone}'"))


@pytest.mark.parametrize("phone", ["+447911123456", "+18005550000", "+441611234567"])
def test_phones_of_people_are_not_placeholders(phone):
    assert not holds(GUARDS.placeholder_phone(f"'{phone}'"))


def test_quotes_in_the_data_stay_data():
    guards = Guards(10, ("o'brien",), ("it's@me",), ("'",))
    assert holds(guards.placeholder_email("'o''brien@x.com'"))
    assert holds(guards.placeholder_phone("'12'''"))


def test_every_change_of_a_guard_changes_the_fingerprint():
    assert shipped_guards(10).fingerprint == GUARDS.fingerprint
    assert shipped_guards(11).fingerprint != GUARDS.fingerprint


def test_the_shipped_lists_are_lower_case_and_without_repeats():
    for values in (GUARDS.local_parts, GUARDS.addresses, GUARDS.phone_endings):
        assert len(values) == len({value.lower() for value in values})
        assert all(value == value.lower() for value in values)
