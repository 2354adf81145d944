"""A relation names the value that links two, the way through others, what a guard stops, and what was decided."""

from __future__ import annotations

import pytest

from regulars.errors import InputError
from regulars.identity.path import Link
from regulars.identity.relation import relation
from regulars.identity.sides import review_queue
from regulars.settings import Settings

EXACT = {"probabilistic": False}


@pytest.fixture(params=["duckdb", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """The kinds of warehouse that all of this is true of."""
    return str(request.param)


@pytest.fixture
def warehouse(durable):
    """a and b share an e-mail, b and c a phone number; d and e a placeholder; f is nobody's."""
    durable.customer("a", "ann@mail.test")
    durable.customer("b", "ann@mail.test", "+441")
    durable.customer("c", None, "+441")
    durable.customer("d", "noreply@mail.test")
    durable.customer("e", "noreply@mail.test")
    durable.customer("f", "fay@mail.test")
    durable.resolve()
    return durable


def _explained(warehouse, left, right, **identity):
    return relation(warehouse.session, Settings.model_validate({"identity": EXACT | identity}), left, right)


def test_a_direct_link_is_told_by_the_value(warehouse) -> None:
    found = _explained(warehouse, "a", "b")
    assert found.is_one_person
    assert found.links == (Link("a", "b", "email", "ann@mail.test"),)
    assert found.path == ()


def test_an_indirect_link_is_told_step_by_step(warehouse) -> None:
    found = _explained(warehouse, "crm:a", "c")
    assert found.is_one_person
    assert found.links == ()
    assert found.path == (Link("a", "b", "email", "ann@mail.test"), Link("b", "c", "phone", "+441"))


def test_what_a_guard_stops_is_told(warehouse) -> None:
    found = _explained(warehouse, "d", "e")
    assert not found.is_one_person
    assert found.ignored == ({"kind": "email", "value": "noreply@mail.test", "reason": "placeholder"},)


def test_decisions_are_told_and_link(warehouse) -> None:
    warehouse.decide("merge", "a", "f")
    warehouse.resolve()
    found = _explained(warehouse, "f", "a")
    assert [link.kind for link in found.links] == ["decision"]
    assert [(row["decision"], row["left_key"]) for row in found.decisions] == [("merge", "a")]
    assert [link.kind for link in _explained(warehouse, "f", "c").path] == ["decision", "email", "phone"]


def test_strangers_have_nothing_in_common(warehouse) -> None:
    found = _explained(warehouse, "a", "f")
    assert (found.links, found.path, found.ignored, found.decisions) == ((), (), (), ())
    assert not found.is_one_person


def test_matches_link_from_the_threshold_on(warehouse) -> None:
    warehouse.session.execute("insert into identity.matches values ('d', 'f', 0.9, 3.17, 'email')")
    found = _explained(warehouse, "d", "f")
    assert (found.probability, found.links, found.is_chain) == (0.9, (), False)
    lower = _explained(warehouse, "d", "f", match_threshold=0.85)
    assert lower.is_chain, "the resolution did not join them, though the match is strong enough"
    [pair], total = review_queue(warehouse.session, 0.95, 10)
    assert total == 1
    assert (pair.left.customer_key, pair.right.customer_key, pair.reason) == ("d", "f", "probability")
    assert pair.left.fields["email"] == "noreply@mail.test"
    assert pair.commands[0] == f"regulars identity merge {pair.left.customer_id} {pair.right.customer_id}"


def test_one_record_is_not_two(warehouse) -> None:
    with pytest.raises(InputError, match="`a` and `crm:a` are the same record"):
        _explained(warehouse, "a", "crm:a")


def test_looking_leaves_no_trace(warehouse) -> None:
    before = warehouse.contents()
    _explained(warehouse, "a", "c")
    assert warehouse.contents() == before
    assert warehouse.left_behind() == 0
