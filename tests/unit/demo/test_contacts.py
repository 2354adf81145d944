"""Addresses and numbers are everybody's own, and valid where they should be."""

from __future__ import annotations

import phonenumbers
from tests.unit.demo.asking import Ask


def is_valid_mobile(text: str, country: str) -> bool:
    number = phonenumbers.parse(text.replace("00", "+", 1) if text.startswith("00") else text, country)
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return is_mobile and phonenumbers.is_valid_number_for_region(number, country)


def test_everybody_has_an_address_and_a_number_of_their_own(ask_clean: Ask) -> None:
    [(people, emails, phones)] = ask_clean("select count(*), count(distinct email), count(distinct phone) from people")
    assert people == emails == phones == 20_000


def test_an_address_or_number_of_one_person_is_never_anothers(ask_dirty: Ask) -> None:
    assert ask_dirty("""
        select count(*) from (
            select lower(trim(email)) from records
            where email like '%@%.%' and email not like '%@@%' group by 1 having count(distinct person_id) > 1
        )
    """) == [(0,)]
    assert ask_dirty("""
        select count(*) from (
            select phone, country from records where phone is not null and phone_difference <> 'truncated'
            group by 1, 2 having count(distinct person_id) > 1
        )
    """) == [(0,)]


def test_phones_are_valid_mobiles_of_the_country_however_they_are_written(ask_dirty: Ask) -> None:
    rows = ask_dirty("""
        select phone, country, phone_difference from records where phone is not null
    """)
    wrong = [row for row in rows if is_valid_mobile(row[0], row[1]) == (row[2] == "truncated")]
    assert not wrong
    assert {row[1] for row in rows} == {"GB", "DE", "FR"}


def test_guests_leave_the_address_and_number_that_are_their_own(ask_dirty: Ask) -> None:
    assert ask_dirty("""
        select count(*) filter (lower(trim(o.email)) <> p.email),
            count(*) filter ('+' || ltrim(regexp_replace(o.phone, '[+ ]', '', 'g'), '0') <> p.phone)
        from bought o join people p using (person_id) where customer_id is null
    """) == [(0, 0)]


def test_a_duplicate_that_says_same_has_the_same_address_and_number(ask_dirty: Ask) -> None:
    assert ask_dirty("""
        select count(*) filter (email_difference = 'same' and lower(trim(c.email)) <> p.email),
            count(*) filter (email_difference <> 'same' and lower(trim(c.email)) = p.email)
        from records c join people p using (person_id)
        where c.email like '%@%.%' and c.email not like '%@@%'
    """) == [(0, 0)]


def test_addresses_lie_where_nobody_can_have_one(ask_clean: Ask) -> None:
    assert ask_clean(r"select count(*) from people where not regexp_matches(email, '\.example\.(com|net|org)$')") == [
        (0,)
    ]
