"""What a log or a message may say: days, runs, tables and repairs; no person, no quoted value and no key."""

from __future__ import annotations

import pytest

from regulars.redaction import redacted, without_people


@pytest.mark.parametrize(
    ("words", "planted"),
    [
        ("ann.lee+shop@mail.example.org is there twice", "ann"),
        ("call +44 20 7946 0001 or (020) 7946 0003", "7946"),
        ("the mobile 07700900123 is another's", "0900123"),
        ("the number 202.555.0147 is no amount", "555"),
        ("Could not convert string 'Ann O'Hara' to INT32", "Hara"),
        ('invalid input syntax for type integer: "Ann Lee"', "Ann"),
        ("Key (email)=(x) already exists: Key (name)=(Ann Lee)", "Ann"),
        ("Failing row contains (7, Ann, Lee, 12 High St).", "High"),
        ("3 rows are wrong:\n    e.g. name Ann Lee, city Leeds", "Leeds"),
        ("the value 'Ann Lee of a line that was cut", "Ann"),
        ('{"first_name": "Ann"} is no event', "Ann"),
        ("„Ann“ and «Lee» are no days", "Ann"),
        ("postgresql://shop:hunter2@db:5432/shop does not answer", "hunter2"),
        ("https://api.example/orders?since=1&token=hunter2 answered 500", "hunter2"),
        ("Authorization: Bearer hunter2hunter2", "hunter2"),
        ("password=hunter2 was refused", "hunter2"),
        ("api_key: hunter2", "hunter2"),
        ("the key rgl_ab12cd_Zz9-hunter2 is revoked", "hunter2"),
    ],
)
def test_what_is_planted_is_hidden(words: str, planted: str) -> None:
    assert planted in words and planted not in redacted(words)
    assert "***" in redacted(words)


@pytest.mark.parametrize(
    "words",
    [
        "403 people of 12,345,678 records; 25 models in 3.4 s",
        "Run 20260105T101112-ab12 of 2026-01-05 10:11:12 is done, as of the start of 2026-01-05",
        "customers' orders aren't there. Mend shop/orders.csv, then `regulars run` again.",
        "Cannot listen at 127.0.0.1 port 8000",
        "4 check(s) failed:\n  unique_dim_customers_customer_id: Got 3 results",
        "postgresql://db.example:5432/shop does not answer",
    ],
)
def test_what_helps_stays(words: str) -> None:
    assert redacted(words) == words


def test_of_a_person_only_what_has_a_form_is_hidden_elsewhere() -> None:
    assert without_people("'Ann' of ann@example.org since 2026-01-05") == "'Ann' of *** since 2026-01-05"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("row 3 of crm.csv: ann.o'neil@example.org is no date", "row 3 of crm.csv: *** is no date"),
        ("phone +44 20 7946 0001 twice", "phone *** twice"),
        ("as of 2026-01-05, run 20261121T214236-9567", "as of 2026-01-05, run 20261121T214236-9567"),
        ("12,345 rows of 3 files; 40 models in 3.2 s", "12,345 rows of 3 files; 40 models in 3.2 s"),
    ],
)
def test_words_around_a_person_are_kept(words: str, told: str) -> None:
    assert redacted(words) == without_people(words) == told
