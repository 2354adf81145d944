"""Ids survive loads, merges and partings, and are never given twice."""

from regulars.identity.ids import FIRST_ID


def test_new_people_are_numbered_in_the_order_of_their_smallest_key(durable):
    durable.customer("b", email="x@mail.example")
    durable.customer("c")
    durable.customer("a", email="x@mail.example")
    durable.resolve()
    assert durable.ids() == {"a": FIRST_ID, "b": FIRST_ID, "c": FIRST_ID + 1}


def test_people_who_come_later_get_the_next_numbers_and_the_others_keep_theirs(durable):
    durable.customer("m")
    durable.resolve()
    durable.customer("a", load=2)
    durable.customer("z", load=2)
    report = durable.resolve()
    assert durable.ids() == {"m": FIRST_ID, "a": FIRST_ID + 1, "z": FIRST_ID + 2}
    assert report.new_customers == 2


def test_a_merge_keeps_the_oldest_id_and_redirects_the_other(durable):
    durable.customer("1", email="ann@mail.example")
    durable.customer("2", phone="+447911123456")
    durable.resolve()
    durable.customer("0", email="ann@mail.example", phone="+447911123456", load=2)
    report = durable.resolve()
    assert set(durable.ids().values()) == {FIRST_ID}
    assert durable.redirects() == {FIRST_ID: None, FIRST_ID + 1: FIRST_ID}
    assert (report.merged_ids, report.new_customers, report.customers) == (1, 0, 1)


def test_redirects_lead_to_the_last_winner_without_stops(durable):
    for number in range(3):
        durable.customer(f"{number}")
    durable.resolve()
    durable.decide("merge", "1", "2")
    durable.resolve()
    durable.decide("merge", "0", "1")
    durable.resolve()
    assert durable.redirects() == {FIRST_ID: None, FIRST_ID + 1: FIRST_ID, FIRST_ID + 2: FIRST_ID}


def test_people_told_apart_get_the_ids_back_that_they_had_before_the_merge(durable):
    durable.customer("1")
    durable.customer("2")
    durable.resolve()
    before = durable.ids()
    durable.decide("merge", "1", "2", at="2024-01-01")
    durable.resolve()
    durable.decide("never", "1", "2", at="2024-02-01")
    report = durable.resolve()
    assert durable.ids() == before
    assert set(durable.redirects().values()) == {None}
    assert report.revived_ids == 1


def test_whoever_never_had_an_own_id_gets_a_new_one_when_told_apart(durable):
    durable.customer("1", email="ann@mail.example")
    durable.customer("2", email="ann@mail.example")
    durable.resolve()
    durable.decide("never", "1", "2")
    durable.resolve()
    assert durable.ids() == {"1": FIRST_ID, "2": FIRST_ID + 1}


def test_an_id_whose_founding_key_is_gone_stays_with_the_keys_that_had_it(durable):
    row = durable.order("1", email="ann@mail.example", order="A")
    durable.customer("2", email="ann@mail.example")
    durable.resolve()
    durable.supersede("orders", "shop", "A", 1, row)
    durable.resolve()
    assert durable.ids() == {"2": FIRST_ID}


def test_the_id_of_someone_who_left_is_not_given_to_another(durable):
    row = durable.order("1", order="A")
    durable.resolve()
    durable.supersede("orders", "shop", "A", 1, row)
    durable.order("2", order="A", load=2)
    durable.resolve()
    assert durable.ids() == {"2": FIRST_ID + 1}
    durable.order("1", load=3)
    durable.resolve()
    assert durable.ids() == {"1": FIRST_ID, "2": FIRST_ID + 1}


def test_a_redirect_to_an_id_that_merges_later_moves_on_even_when_its_own_key_is_gone(durable):
    durable.customer("0")
    durable.customer("1")
    row = durable.order("2", order="A")
    durable.resolve()
    durable.decide("merge", "1", "2")
    durable.resolve()
    durable.supersede("orders", "shop", "A", 1, row)
    durable.decide("merge", "0", "1")
    durable.resolve()
    assert durable.redirects() == {FIRST_ID: None, FIRST_ID + 1: FIRST_ID, FIRST_ID + 2: FIRST_ID}


def test_the_first_load_of_a_person_is_that_of_the_first_key(durable):
    durable.customer("1", email="ann@mail.example", load=5)
    durable.customer("2", email="ann@mail.example", load=3)
    durable.resolve()
    table = durable.session.query("select founding_key, first_load_id from ops.identity_ids")
    assert table.to_pylist() == [{"founding_key": "1", "first_load_id": 3}]


def test_an_erased_id_is_never_given_again(durable):
    """Erasing a person takes every trace of them, the row of the id too."""
    durable.customer("1")
    durable.customer("2")
    durable.resolve()
    for table, column in (
        ("staging.customer_records", "customer_key"),
        ("identity.customer_keys", "customer_key"),
        ("identity.records", "customer_key"),
        ("ops.identity_ids", "founding_key"),
    ):
        durable.session.execute(f"delete from {table} where {column} = '2'")
    durable.customer("3", load=2)
    durable.resolve()
    assert durable.ids() == {"1": FIRST_ID, "3": FIRST_ID + 2}
    durable.customer("2", load=3)
    durable.resolve()
    assert durable.ids() == {"1": FIRST_ID, "3": FIRST_ID + 2, "2": FIRST_ID + 3}


def test_a_redirected_id_is_never_given_again(durable):
    durable.customer("1")
    durable.customer("2")
    durable.resolve()
    durable.decide("merge", "1", "2")
    durable.resolve()
    durable.customer("3", load=2)
    durable.resolve()
    assert durable.ids() == {"1": FIRST_ID, "2": FIRST_ID, "3": FIRST_ID + 2}
