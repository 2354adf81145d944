"""One spelling: what a record says, as the comparisons see it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from regulars.engines.scratch import scratch_database
from regulars.identity.probabilistic import prepare


def _prepared(**fields: str) -> dict[str, object]:
    people = pa.table(
        {"record_number": [1], "key_number": [1], "group_number": [1], **{k: [v] for k, v in fields.items()}}
    )
    with scratch_database() as connection:
        prepare(connection, people)
        found = connection.sql("select * from people")
        return dict(zip(found.columns, found.fetchall()[0], strict=True))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"first_name": " ANNA-Lena™ ", "last_name": "d’Arc"}, {"first_name": "annalena", "last_name": "darc"}),
        ({"full_name": "Mary Ann Lee"}, {"first_name": "mary", "last_name": "annlee"}),
        ({"full_name": "Lee, Mary"}, {"first_name": "mary", "last_name": "lee"}),
        ({"last_name": "Щукин"}, {"last_name": "shchukin"}),
        ({"first_name": "Bob"}, {"full_forms": ["robert"]}),
        ({"email": " Anna+News@Mail.Example.COM "}, {"email_name": "anna", "email_host": "mail.example.com"}),
        ({"email": "no address"}, {"email": None, "email_name": None}),
        ({"email": "j.smith@x.org", "first_name": "John", "last_name": "Smith"}, {"email_own": ""}),
        ({"email": "jsmith81@x.org", "first_name": "John", "last_name": "Smith"}, {"email_own": "81"}),
        ({"email": "bluefox@x.org", "first_name": "John", "last_name": "Smith"}, {"email_own": "bluefox"}),
        ({"phone": "+44 7911 123456"}, {"phone": "447911123456"}),
        ({"phone": "12"}, {"phone": None}),
        ({"birth_date": "04/03/1981"}, {"birth_date": "1981-03-04"}),
        ({"birth_date": "19811399"}, {"birth_date": "1981-13-99", "born": None}),
        ({"birth_date": "soon"}, {"birth_date": None}),
        ({"gender": "Male"}, {"gender": "m"}),
        ({"address": "12 Mill Street"}, {"address": "12 mill st", "house_number": "12"}),
        ({"postcode": "ls1-4ap"}, {"postcode": "ls14ap"}),
        ({"city": "Saint-Étienne"}, {"city": "saintetienne"}),
        ({"city": "  "}, {"city": None}),
    ],
)  # fmt: skip
def test_text_is_brought_to_one_spelling(fields, expected) -> None:
    prepared = _prepared(**fields)
    assert {name: prepared[name] for name in expected} == expected
