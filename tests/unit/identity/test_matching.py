"""Matches are asked for what exact links leave open, kept, and asked for again only when something changed."""

import pytest


def matches(durable):
    rows = durable.session.query(
        "select left_key, right_key, probability from identity.matches order by all"
    ).to_pylist()
    return {(row["left_key"], row["right_key"]): row["probability"] for row in rows}


def filled(durable):
    durable.customer("1", "ann@mail.example", last_name="Lee", birth_date="1980-01-02")
    durable.customer("2", "ann@mail.example", last_name="Lee")
    durable.customer("3", phone="+447911123456", last_name="Lee", birth_date="1980-01-02")
    durable.customer("4", last_name="Lee", birth_date="1999-09-09")
    durable.customer("5", last_name="Kay")


def test_what_is_likely_enough_links_and_the_rest_is_kept_for_review(durable, likeness):
    filled(durable)
    report = durable.resolve(matcher=likeness)
    assert matches(durable) == {("1", "3"): 0.99, ("2", "3"): 0.9, ("2", "4"): 0.9}
    assert durable.people() == {frozenset("123"), frozenset("4"), frozenset("5")}
    assert (report.matched_records, report.to_review) == (1, 1)
    assert report.summary == "3 people in 5 records, 3 new, 1 records matched, 1 pairs to review"


def test_pairs_that_exact_keys_link_are_of_one_group(durable, likeness):
    filled(durable)
    durable.resolve(matcher=likeness)
    group = {row["key_number"]: row["group_number"] for row in likeness.seen}
    assert group == {1: 1, 2: 1, 3: 3, 4: 4, 5: 5}
    assert sorted(row["record_number"] for row in likeness.seen) == [1, 2, 3, 4, 5]


def test_records_of_an_email_and_a_phone_alone_are_not_asked_about(durable, likeness):
    durable.customer("1", "ann@mail.example")
    durable.customer("2", "bob@mail.example", "+447911123456")
    durable.customer("3", last_name="Lee")
    durable.order("email:eve@mail.example", email="eve@mail.example")
    durable.resolve(matcher=likeness)
    assert likeness.calls == 0


def test_replaced_versions_and_placeholders_are_no_likeness(durable, likeness):
    row = durable.customer("1", "wrong@mail.example", last_name="Old", load=1)
    durable.customer("1", "noreply@mail.example", "+440000000000", last_name="Lee", load=2)
    durable.supersede("customer_records", "crm", "1", 1, row)
    durable.customer("2", "noreply@mail.example", "+440000000000", last_name="Lee")
    for number in range(3, 7):
        durable.customer(f"{number}", "office@mail.example", last_name="Lee")
    durable.resolve(max_shared=3, matcher=likeness)
    assert len(likeness.seen) == 6
    assert {(row["last_name"], row["email"], row["phone"]) for row in likeness.seen} == {("Lee", None, None)}


def test_orders_of_known_customers_do_not_make_it_ask_again(durable, likeness):
    filled(durable)
    durable.resolve(matcher=likeness)
    durable.order("1", load=2)
    durable.order("0", load=2)
    durable.order("email:eve@mail.example", email="eve@mail.example", load=2)
    before = matches(durable)
    assert not durable.resolve(matcher=likeness).is_skipped
    assert likeness.calls == 1
    assert matches(durable) == before
    assert frozenset("123") in durable.people()


@pytest.mark.parametrize(
    "change",
    [
        lambda durable: durable.customer("9", last_name="Lee", load=2),
        lambda durable: durable.order("4", email="ann@mail.example", load=2),
        lambda durable: durable.session.execute(
            "update staging.customer_records set last_name = 'Kay', phone = null, _load_id = 2 where customer_key = '3'"
        ),
    ],
    ids=["a record", "a group that exact keys make", "another name"],
)
def test_whatever_likeness_sees_makes_it_ask_again(durable, likeness, change):
    filled(durable)
    durable.resolve(matcher=likeness)
    change(durable)
    durable.resolve(matcher=likeness)
    assert likeness.calls == 2


def test_decisions_do_not_make_it_ask_again(durable, likeness):
    filled(durable)
    durable.resolve(matcher=likeness)
    durable.decide("merge", "4", "5", at="2024-01-01")
    durable.decide("never", "1", "3", at="2024-01-02")
    durable.resolve(matcher=likeness)
    assert likeness.calls == 1
    assert durable.people() == {frozenset("12"), frozenset("3"), frozenset("45")}


def test_another_model_or_threshold_asks_again_and_a_run_without_news_does_not(durable, likeness, new_likeness):
    filled(durable)
    durable.resolve(matcher=likeness)
    assert durable.resolve(matcher=likeness).is_skipped
    retrained = new_likeness("retrained")
    assert not durable.resolve(matcher=retrained).is_skipped
    assert retrained.calls == 1
    assert not durable.resolve(matcher=retrained, review_threshold=0.95).is_skipped
    assert matches(durable) == {("1", "3"): 0.99}
    assert not durable.resolve(matcher=retrained, review_threshold=0.95, match_threshold=0.995).is_skipped
    assert frozenset("3") in durable.people()


def test_turned_off_it_leaves_nothing(durable, likeness):
    filled(durable)
    durable.resolve(matcher=likeness)
    durable.resolve()
    assert matches(durable) == {}
    assert frozenset("12") in durable.people()
