"""Hashes are the same in Python and in every warehouse's SQL, keyed by the warehouse, and kept once."""

from __future__ import annotations

from regulars import catalog
from regulars.engines.base import Session
from regulars.land.tombstones import (
    Tombstones,
    digest,
    erased_customers,
    hashed,
    is_forgotten,
    remember,
    tombstones,
    unfinished,
)


def test_nobody_is_forgotten_at_first(durable: Session) -> None:
    assert tombstones(durable) is None
    assert unfinished(durable) == []


def test_sql_and_python_hash_alike(durable: Session) -> None:
    remember(durable, "e1", [("email", "zoë@post.example")])
    known = tombstones(durable)
    assert known is not None
    [in_sql] = durable.query(
        f"select {hashed('email', 'given', durable.dialect)} as hash from (select cast($1 as varchar) as given) as one",
        ("zoë@post.example",),
    )[0].to_pylist()
    assert in_sql == digest(known.secret, "email", "zoë@post.example")
    assert known.has("email", "zoë@post.example")
    assert not known.has("phone", "zoë@post.example")


def test_what_is_kept_does_not_hold_the_identifier(durable: Session) -> None:
    remember(durable, "e1", [("email", "anna@post.example"), ("key", "c1")])
    rows = durable.query(f"select * from {catalog.ERASURES.name}").to_pylist()
    assert {row["kind"] for row in rows} == {"email", "key"}
    assert "anna" not in str(rows)


def test_an_identifier_is_remembered_once(durable: Session) -> None:
    assert remember(durable, "e1", [("key", "c1"), ("key", "c1")]) == 1
    assert remember(durable, "e2", [("key", "c1"), ("key", "c2")]) == 1
    assert unfinished(durable) == ["e1", "e2"]
    durable.execute(f"insert into {catalog.ERASURE_PROOFS.name} values ('e1', '{{}}')")
    assert unfinished(durable) == ["e2"]


def test_golden_ids_of_an_erasure_are_found_again_by_their_hashes(durable: Session) -> None:
    remember(durable, "e1", [("customer", "100000003"), ("email", "anna@post.example")])
    remember(durable, "e2", [("customer", "100000007")])
    assert erased_customers(durable, ["e1"], 100000001, 100000009) == [100000003]
    assert erased_customers(durable, ["e1", "e2"], 100000001, 100000009) == [100000003, 100000007]
    assert erased_customers(durable, ["e1", "e2"], 100000001, 100000002) == []


def test_where_the_tombstones_cannot_be_looked_up_they_stand_in_the_sql(durable: Session) -> None:
    remember(durable, "e1", [("email", "anna@post.example"), ("key", "c1")])
    values = "('c1', null), ('c2', 'anna@post.example'), ('c3', 'c1'), (null, null)"
    rows = f"select * from (values {values}) as r (customer_key, email)"
    condition = is_forgotten(["customer_key", "email"], durable.dialect, tombstones(durable))
    assert "ops." not in condition
    found = durable.query(f"select {condition} as it from ({rows}) as given")
    # Nobody's number was remembered, and an id is none where an address stands.
    assert found.column(0).to_pylist() == [True, True, False, False]


def test_of_kinds_that_were_never_remembered_no_row_is_forgotten() -> None:
    assert is_forgotten(["customer_key", "email"], "spark", Tombstones("s", {"h": "phone"})) == "(false)"
    assert is_forgotten(["email", "phone"], "spark", Tombstones("s", {"h": "phone"})) == (
        "(coalesce(sha2('s' || '|phone|' || phone, 256) in ('h'), false))"
    )


def test_a_row_without_identifiers_is_of_nobody(durable: Session) -> None:
    remember(durable, "e1", [("email", "anna@post.example")])
    row = "select cast(null as varchar) as customer_key, cast(null as varchar) as email"
    found = durable.query(f"select {is_forgotten(['customer_key', 'email'], durable.dialect)} as it from ({row}) as r")
    assert found.column(0).to_pylist() == [False]
