"""A model learns from the records as resolving sees them."""

from __future__ import annotations

import pytest

from regulars.errors import InputError
from regulars.identity.gathering import gathered, people, trained
from regulars.settings import IdentitySettings, Settings


def test_people_are_the_records_without_what_guards_stop(durable) -> None:
    for key, email in (("a", "noreply@mail.test"), ("b", "noreply@mail.test"), ("c", "cyd@mail.test")):
        durable.customer(key, email)
    durable.session.execute("update staging.customer_records set last_name = 'Lee'")
    durable.order("d", "dan@mail.test")
    with gathered(durable.session, IdentitySettings()):
        found = people(durable.session).read_all().to_pylist()
    assert [(row["record_number"], row["email"]) for row in found] == [(1, None), (2, None), (3, "cyd@mail.test")]


def test_three_records_teach_nothing(durable) -> None:
    for key in "abc":
        durable.customer(key, f"{key}@mail.test")
    durable.session.execute("update staging.customer_records set last_name = 'Lee'")
    with pytest.raises(InputError, match="cannot be trained on 3 customer records"):
        trained(durable.session, Settings())
