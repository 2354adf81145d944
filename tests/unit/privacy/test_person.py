"""Who is meant, and what is theirs alone: what others have too is left to them, and so are placeholders."""

from __future__ import annotations

import pytest

from regulars.engines.base import Session
from regulars.errors import InputError
from regulars.privacy.person import find_person

ANNA, BERT, GUEST, TILL = 100000001, 100000002, 100000003, 100000004


@pytest.fixture
def people(durable: Session) -> Session:
    """Anna in two records and two addresses, Bert who shares her phone, a guest by her old address, and a till."""
    durable.execute(
        "insert into staging.customer_records (source, source_customer_id, customer_key, email, phone) values"
        " ('crm', 'c1', 'c1', 'old@post.example', '+447700900461'), ('crm', 'c1', 'c1', 'anna@post.example', null),"
        " ('card', '7', 'card:7', 'anna@post.example', '+447700900999'),"
        " ('crm', 'c2', 'c2', 'bert@post.example', '+447700900461'), ('crm', 'c3', 'c3', 'noreply@post.example', null)"
    )
    durable.execute(
        "insert into staging.orders (source, order_id, customer_key, email) values"
        " ('web', 'o1', 'email:old@post.example', 'old@post.example')"
    )
    durable.execute(
        f"insert into identity.customer_keys values ('c1', {ANNA}), ('card:7', {ANNA}), ('c2', {BERT}),"
        f" ('email:old@post.example', {GUEST}), ('c3', {TILL})"
    )
    durable.execute(
        "insert into identity.records (source, source_customer_id, customer_key, customer_id) values"
        f" ('crm', 'c1', 'c1', {ANNA}), ('card', '7', 'card:7', {ANNA}), ('crm', 'c2', 'c2', {BERT}),"
        f" ('web', '7', 'c2', {BERT})"
    )
    durable.execute(
        f"insert into ops.identity_ids (customer_id, redirected_to) values ({ANNA}, null), (100000009, {ANNA})"
    )
    return durable


@pytest.mark.parametrize(
    "text",
    ["100000001", "100000009", "c1", "crm:c1", "card:7", "Anna@Post.example", " anna@post.example ", "07700 900999"],
)  # fmt: skip
def test_a_person_is_found_by_whatever_they_are_known_by(people: Session, text: str) -> None:
    anna = find_person(people, text, "GB")
    assert anna.customer_ids == (ANNA, GUEST, 100000009)
    assert anna.keys == ("c1", "card:7", "email:old@post.example")
    assert anna.emails == ("anna@post.example", "old@post.example")
    # The other number is Bert's too.
    assert (anna.phones, anna.shared) == (("+447700900999",), 1)
    assert ("key", "phone:+447700900999") in anna.identifiers
    assert ("customer", str(GUEST)) in anna.identifiers


def test_a_warehouse_without_anybody_is_taken_for_the_wrong_one(durable: Session) -> None:
    with pytest.raises(InputError, match="holds nobody yet, so it may be the wrong one"):
        find_person(durable, "anna@post.example", "GB")


def test_a_placeholder_keeps_nobody_out(people: Session) -> None:
    people.execute(f"insert into ops.identity_ids (customer_id) values ({TILL})")
    till = find_person(people, str(TILL), "GB")
    assert (till.emails, till.shared) == ((), 1)


@pytest.mark.parametrize(("text", "words"), [("nobody@post.example", "Nobody"), ("7", "may be any of")])
def test_nobody_and_several_are_refused(people: Session, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        find_person(people, text, "GB")
