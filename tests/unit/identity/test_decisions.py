"""Decisions last, are refused when they contradict, and leave nothing behind when they are."""

import pytest

from regulars.errors import InputError
from regulars.identity.decisions import decide, standing
from regulars.identity.ids import FIRST_ID


@pytest.fixture(params=["duckdb", "postgres"])
def kind(request):
    """The kinds of warehouse that all of this is true of."""
    return request.param


@pytest.fixture
def people(durable):
    """1 and 2 share an e-mail; 3, 4 and 5 are on their own."""
    durable.customer("1", "ann@mail.example")
    durable.customer("2", "ann@mail.example", source="pos")
    for key in ("3", "4", "5"):
        durable.customer(key)
    durable.resolve()
    return durable


def say(durable, decision, left, right, reason=None, matcher=None):
    return decide(durable.session, durable.resolver(matcher=matcher), decision, left, right, "GB", reason)


def noted(durable):
    return durable.session.query("select decision, left_key, right_key from ops.identity_decisions order by 1, 2, 3")


def test_a_merge_keeps_the_older_id_and_redirects_the_other(people):
    ids = people.ids()
    found = say(people, "merge", "crm:4", f"{ids['3']}", "same house")
    assert people.ids() == ids | {"4": ids["3"]}
    assert people.redirects()[ids["4"]] == ids["3"]
    assert found.words == f"`crm:4` and `{ids['3']}` are one person: {ids['3']}; {ids['4']} is redirected to it."
    assert standing(people.session).select(["decision", "left_key", "right_key", "reason"]).to_pylist() == [
        {"decision": "merge", "left_key": "4", "right_key": "3", "reason": "same house"}
    ]


@pytest.mark.parametrize("decision", ["split", "undo"])
def test_splitting_or_undoing_a_merge_restores_both_ids(people, decision):
    ids = people.ids()
    say(people, "merge", f"{ids['1']}", f"{ids['3']}")
    found = say(people, decision, f"{ids['1']}", f"{ids['3']}")
    assert people.ids() == ids
    assert set(people.redirects().values()) == {None}
    assert (found.left_customer_id, found.right_customer_id) == (ids["1"], ids["3"])


def test_a_record_is_split_off_its_person_for_good(people):
    ids = people.ids()
    found = say(people, "split", "pos:2", f"{ids['1']}")
    assert people.people() == {frozenset({key}) for key in "12345"}
    assert people.ids() == ids | {"2": max(ids.values()) + 1}
    assert (found.left_customer_id, found.right_customer_id) == (max(ids.values()) + 1, ids["1"])
    people.customer("6", "ann@mail.example", load=2)
    people.resolve()
    assert people.people() == {frozenset({"1", "6"}), *(frozenset({key}) for key in "2345")}


def test_a_record_is_split_off_every_other_record_of_its_person(people):
    people.customer("0", "ann@mail.example", load=2)
    found = say(people, "split", "pos:2", f"{FIRST_ID}")
    assert found.pairs == 2
    assert frozenset("01") in people.people()
    say(people, "undo", "pos:2", f"{people.ids()['1']}")
    assert frozenset("012") in people.people()


def test_the_founding_record_keeps_the_id_whoever_is_named_first(people):
    say(people, "split", f"{FIRST_ID}", "crm:1")
    assert people.ids()["1"] == FIRST_ID
    assert people.ids()["2"] != FIRST_ID


def test_never_lasts_against_whatever_records_come_to_share(people):
    say(people, "never", "3", "4")
    people.customer("6", "new@mail.example", "+447911123456", load=2)
    people.order("3", email="new@mail.example", load=2)
    people.order("4", phone="+447911123456", load=2)
    people.resolve()
    ids = people.ids()
    assert ids["3"] != ids["4"]
    assert ids["6"] == ids["3"]


def test_decisions_by_golden_ids_last_when_the_ids_move(people):
    """4 is decided to be nobody that 3 is; then 3 turns out to be ann, and the decision goes with it."""
    ids = people.ids()
    say(people, "never", f"{ids['3']}", f"{ids['4']}")
    say(people, "merge", f"{ids['3']}", f"{ids['1']}")
    assert people.ids()["3"] == ids["1"]
    with pytest.raises(InputError, match=r"never `3` and `4`.*identity undo 3 4"):
        say(people, "merge", f"{ids['1']}", f"{ids['4']}")
    say(people, "undo", "3", "4")
    say(people, "merge", f"{ids['1']}", f"{ids['4']}")
    assert people.people() == {frozenset("1234"), frozenset("5")}


def test_a_chain_of_merges_that_contradicts_a_never_is_refused(people):
    say(people, "never", "3", "5", "two sisters")
    say(people, "merge", "3", "4")
    before, contents = noted(people), people.contents()
    with pytest.raises(InputError, match="two sisters"):
        say(people, "merge", "4", "5")
    assert noted(people).equals(before)
    assert people.contents() == contents


def test_a_split_of_what_other_merges_hold_together_is_refused(people):
    say(people, "merge", "3", "4")
    say(people, "merge", "4", "5")
    with pytest.raises(InputError, match="merge `4` and `5`"):
        say(people, "split", "3", "5")
    assert frozenset("345") in people.people()
    say(people, "split", "4", "5")
    assert frozenset("34") in people.people()


@pytest.mark.parametrize(
    ("decision", "left", "right", "words"),
    [
        ("merge", "1", "2", f"one person already: {FIRST_ID}"),
        ("never", "1", "2", "`regulars identity split` tells them apart"),
        ("split", "3", "4", "two people already"),
        ("split", f"{FIRST_ID}", f"{FIRST_ID}", "Name the record that shall go"),
        ("split", f"{FIRST_ID + 1}", "3", "nothing is left to part it from"),
        ("split", "1", "1", "name the same record"),
        ("undo", "3", "4", "No decision stands"),
        ("merge", "nobody", "3", "Nobody is known by `nobody`"),
    ],
)
def test_what_is_so_already_or_cannot_be_is_refused(people, decision, left, right, words):
    contents = people.contents()
    with pytest.raises(InputError, match=words):
        say(people, decision, left, right)
    assert people.contents() == contents
    assert noted(people).num_rows == 0


def test_what_has_just_landed_is_resolved_before_it_is_decided_about(people):
    people.customer("6", load=2)
    assert say(people, "merge", "6", "5").left_customer_id == people.ids()["5"]


def test_each_decision_is_later_than_the_one_before(people):
    for _ in range(3):
        say(people, "merge", "3", "4")
        say(people, "undo", "3", "4")
    times = people.session.query("select decided_at from ops.identity_decisions").column(0).to_pylist()
    assert len(set(times)) == 6


def test_what_a_match_linked_can_be_split_and_what_it_did_not_merged(people, likeness):
    for key in ("7", "8", "9"):
        people.customer(key, last_name="Lee", birth_date=None if key == "9" else "1980-01-02", load=2)
    people.resolve(matcher=likeness)
    assert frozenset("78") in people.people()
    say(people, "split", "7", "8", matcher=likeness)
    say(people, "merge", "8", "9", matcher=likeness)
    assert frozenset("7") in people.people() and frozenset("89") in people.people()
    assert likeness.calls == 1
