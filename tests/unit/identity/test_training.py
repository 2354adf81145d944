"""Training refuses what it cannot learn from, and leaves alone what the records do not show."""

from __future__ import annotations

import pyarrow as pa
import pytest
from tests.unit.identity.labelled import read_labelled

from regulars.errors import InputError
from regulars.identity.person_model import shipped_model
from regulars.identity.training import train


def _people(count: int, **columns: list[str | None]) -> pa.Table:
    numbers = list(range(1, count + 1))
    return pa.table({"record_number": numbers, "key_number": numbers, "group_number": numbers, **columns})


def test_what_the_records_do_not_have_stays_as_it_was(shared_data) -> None:
    start = shipped_model()
    model = train(read_labelled(shared_data, "fake_1000").people, start, trained_on="fake_1000")
    for name in ("phone", "address", "gender"):
        assert model.chances[name] == start.chances[name]
    assert model.chances["birth_date"] != start.chances["birth_date"]
    assert model.records == 1000
    assert {session.agreeing_in for session in model.sessions} == {
        ("birth_date", "first_name"), ("first_name", "last_name"), ("birth_date",), ("email",),
    }  # fmt: skip


def test_too_few_records_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be trained on 3 customer records; it takes at least 100"):
        train(_people(3, email=["a@b.c"] * 3), shipped_model(), trained_on="three")


def test_records_without_duplicates_are_refused() -> None:
    emails = [f"{number}@shop.example.com" for number in range(200)]
    with pytest.raises(InputError, match="no two of 200 customer records agree"):
        train(_people(200, email=emails), shipped_model(), trained_on="strangers")
