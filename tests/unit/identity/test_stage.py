"""Resolving is idempotent, deterministic, and the same however the data was cut into loads."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MAX_SHARED = 3
emails = st.one_of(st.none(), st.sampled_from(["a@m.example", "b@m.example", "c@m.example", "test@m.example"]))
phones = st.one_of(st.none(), st.sampled_from(["+447911123456", "+447911123457", "+440000000000"]))
keys = st.sampled_from([f"{number:02}" for number in range(8)])


@pytest.fixture(params=["duckdb", "postgres"])
def kind(request):
    """The kinds of warehouse that all of this is true of."""
    return request.param


@st.composite
def facts_of(draw):
    """One customer record, or an order of a known customer or of a guest."""
    kind, key = draw(st.sampled_from(["customer", "order", "guest"])), draw(keys)
    email, phone = draw(emails), draw(phones)
    if kind == "guest":
        key = f"email:{email}" if email else f"phone:{phone}" if phone else None
    return kind, key, email, phone


def landed(durable, facts, load):
    """Stages facts; each customer record is of a source of its own, so none is another's version."""
    for kind, key, email, phone in facts:
        if kind == "customer":
            durable.customer(key, email, phone, source=f"crm{load}-{durable.row}", load=load)
        else:
            durable.order(key, email, phone, load=load)


def expected_people(facts):
    """The people by definition: keys that share values that no guard stops; the oracle."""
    placeholders = {"test@m.example", "+440000000000"}
    owners = defaultdict(set)
    everyone = set()
    for _, key, email, phone in facts:
        if key is None or key.partition(":")[2] in placeholders:
            continue
        everyone.add(key)
        for value in {email, phone} - placeholders - {None}:
            owners[value].add(key)
    group = {key: {key} for key in everyone}
    for sharing in owners.values():
        if sum(":" not in key for key in sharing) > MAX_SHARED:
            continue
        joined = set().union(*(group[key] for key in sharing))
        for key in joined:
            group[key] = joined
    return {frozenset(members) for members in group.values()}


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(facts_of(), min_size=1, max_size=14), st.lists(st.integers(0, 3), min_size=14, max_size=14))
def test_people_are_the_same_however_the_facts_are_cut_into_loads(open_durable, facts, cuts):
    with open_durable() as durable:
        given_ids = {}
        for load in range(4):
            landed(durable, [fact for fact, cut in zip(facts, cuts, strict=False) if cut == load], load + 1)
            durable.resolve(MAX_SHARED)
            ids, redirects = durable.ids(), durable.redirects()
            founders = durable.session.query("select customer_id, founding_key from ops.identity_ids").to_pylist()
            founded = {row["customer_id"]: row["founding_key"] for row in founders}
            assert len(founded) == len(founders)
            # An id never changes hands: it leads to whoever has its founding key, and to no redirected id.
            assert founded.items() >= given_ids.items()
            for customer_id, key in founded.items():
                assert ids[key] == (redirects[customer_id] or customer_id)
                assert redirects[ids[key]] is None
                assert ids[key] <= customer_id
            given_ids = founded
        assert durable.people() == expected_people(facts)


names = st.sampled_from(["Lee", "Kay", None])
dates = st.sampled_from(["1980-01-02", "1990-03-04", None])
records_of = st.lists(st.tuples(keys, emails, names, dates), min_size=2, max_size=8, unique_by=lambda record: record[0])
verdicts_of = st.lists(st.tuples(st.sampled_from(["merge", "never"]), keys, keys), max_size=2)


@pytest.mark.slow
@settings(max_examples=20)
@given(records_of, verdicts_of, st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_people_found_by_likeness_are_the_same_however_they_came(open_durable, new_likeness, records, verdicts, cuts):
    """With decisions made on the way: the last state is that of one load with the same decisions."""
    with open_durable() as one, open_durable() as other:
        given_ids = {}
        for load in range(3):
            for (key, email, last_name, birth_date), cut in zip(records, cuts, strict=False):
                if cut == load:
                    one.customer(key, email, last_name=last_name, birth_date=birth_date, load=load + 1)
            if load == 1:
                for place, (verdict, left, right) in enumerate(verdicts):
                    one.decide(verdict, left, right, at=f"2024-01-0{place + 1}")
            one.resolve(MAX_SHARED, matcher=new_likeness())
            founders = one.session.query("select customer_id, founding_key from ops.identity_ids").to_pylist()
            founded = {row["customer_id"]: row["founding_key"] for row in founders}
            assert founded.items() >= given_ids.items()
            ids, redirects = one.ids(), one.redirects()
            assert all(ids[key] == (redirects[number] or number) for number, key in founded.items())
            given_ids = founded
        for key, email, last_name, birth_date in reversed(records):
            other.customer(key, email, last_name=last_name, birth_date=birth_date)
        for place, (verdict, left, right) in enumerate(verdicts):
            other.decide(verdict, left, right, at=f"2024-01-0{place + 1}")
        other.resolve(MAX_SHARED, matcher=new_likeness())
        assert one.people() == other.people()


@settings(max_examples=15)
@given(st.lists(facts_of(), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_the_order_of_rows(open_durable, facts, random):
    with open_durable() as one, open_durable() as other:
        landed(one, facts, 1)
        random.shuffle(facts)
        landed(other, facts, 1)
        one.resolve(MAX_SHARED)
        other.resolve(MAX_SHARED)
        assert one.ids() == other.ids()


def filled(durable):
    durable.customer("1", email="ann@mail.example")
    durable.customer("2", email="ann@mail.example")
    durable.order("email:ann@mail.example", email="ann@mail.example")
    durable.order("3")


def test_resolving_again_does_nothing_and_says_so(durable):
    filled(durable)
    first = durable.resolve()
    contents = durable.contents()
    second = durable.resolve()
    assert (first.is_skipped, second.is_skipped) == (False, True)
    assert (second.customers, second.records) == (first.customers, first.records) == (2, 4)
    assert second.summary == "nothing new, 2 people in 4 records"
    assert durable.contents() == contents


def test_resolving_again_from_nothing_changes_nothing(durable):
    filled(durable)
    durable.resolve()
    contents = durable.contents()
    durable.session.execute("delete from identity.resolution")
    assert not durable.resolve().is_skipped
    assert durable.contents() == contents


@pytest.mark.parametrize(
    "change",
    [
        lambda durable: durable.order("9", load=2),
        lambda durable: durable.decide("never", "1", "2"),
        lambda durable: durable.supersede("orders", "shop", "o4", 1, 4),
        lambda durable: durable.session.execute("update staging.customer_records set email = null"),
        lambda durable: durable.session.execute("insert into ops.loads (finished_at) values (timestamp '2024-01-01')"),
    ],
    ids=["a load", "a decision", "a newer version", "other values", "staging again"],
)
def test_whatever_matters_makes_it_resolve_again(durable, change):
    filled(durable)
    durable.resolve()
    change(durable)
    assert not durable.resolve().is_skipped


def test_another_guard_makes_it_resolve_again(durable):
    filled(durable)
    durable.resolve()
    assert durable.resolve(max_shared=1).customers == 4


@pytest.mark.parametrize("setting", [{"keys": (("city",),)}, {"max_cluster_size": 7}, {"match_threshold": 0.99}])
def test_another_setting_makes_it_resolve_again(durable, setting):
    filled(durable)
    durable.resolve()
    assert not durable.resolve(**setting).is_skipped
    assert durable.resolve(**setting).is_skipped


def test_a_failure_leaves_everything_as_it_was(durable, monkeypatch):
    filled(durable)
    durable.resolve()
    contents = durable.contents()
    durable.customer("4", load=2)
    monkeypatch.setattr("regulars.identity.records.RECORDS", "select broken")
    with pytest.raises(Exception, match="broken"):
        durable.resolve()
    assert durable.contents() == contents
    monkeypatch.undo()
    assert durable.resolve().new_customers == 1


def test_an_empty_warehouse_has_nobody(durable):
    assert durable.resolve().summary == "0 people in 0 records, 0 new"


def test_the_summary_tells_what_was_merged_and_ignored(durable):
    for number in range(3):
        durable.customer(f"{number}", email="office@mail.example", phone=f"+44791112345{number}")
    durable.resolve(max_shared=2)
    durable.decide("merge", "0", "1")
    assert durable.resolve(max_shared=2).summary == "2 people in 3 records, 0 new, 1 merged, 1 shared values ignored"


def test_no_scratch_table_is_left(durable):
    filled(durable)
    durable.resolve()
    assert durable.left_behind() == 0
