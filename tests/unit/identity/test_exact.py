"""What links and what never does."""

import pytest


def together(durable, *keys):
    ids = durable.ids()
    return len({ids[key] for key in keys}) == 1


def test_records_with_one_email_or_one_phone_are_one_person(durable):
    durable.customer("1", email="ann@mail.example")
    durable.customer("2", email="ann@mail.example", phone="+447911123456", source="pos")
    durable.customer("3", phone="+447911123456", source="fair")
    durable.customer("4", email="bob@mail.example")
    durable.resolve()
    assert durable.people() == {frozenset("123"), frozenset("4")}


def test_the_same_id_in_two_sources_is_one_person_and_an_id_space_keeps_them_apart(durable):
    durable.customer("1", source="crm")
    durable.customer("1", source="pos")
    durable.customer("web:1", source="web")
    durable.resolve()
    assert durable.people() == {frozenset({"1"}), frozenset({"web:1"})}


def test_emails_and_phones_on_orders_and_lines_link_too(durable):
    durable.customer("1", email="ann@mail.example")
    durable.order("7", email="ann@mail.example")
    durable.order("8", phone="+447911123456")
    durable.order("9", phone="+447911123456", table="order_lines", source="lines")
    durable.resolve()
    assert durable.people() == {frozenset("17"), frozenset("89")}


def test_guest_orders_make_people_or_join_those_who_have_their_email(durable):
    durable.customer("1", email="ann@mail.example")
    durable.order("email:ann@mail.example", email="ann@mail.example")
    durable.order("email:eve@mail.example", email="eve@mail.example", phone="+447911123456")
    durable.order("phone:+447911123456", phone="+447911123456")
    durable.resolve()
    assert durable.people() == {
        frozenset({"1", "email:ann@mail.example"}),
        frozenset({"email:eve@mail.example", "phone:+447911123456"}),
    }


def test_orders_without_any_customer_make_nobody(durable):
    durable.order(None)
    assert durable.resolve().customers == 0


def test_placeholders_link_nobody(durable):
    durable.customer("1", email="noreply@mail.example", phone="+440000000000")
    durable.customer("2", email="noreply@mail.example")
    durable.customer("3", phone="+440000000000")
    durable.resolve()
    assert len(durable.people()) == 3


def test_guests_known_by_a_placeholder_alone_are_nobody(durable):
    durable.order("email:test@mail.example", email="test@mail.example")
    durable.order("phone:+440000000000", phone="+440000000000")
    durable.order("email:tess@mail.example", email="tess@mail.example")
    report = durable.resolve()
    assert list(durable.ids()) == ["email:tess@mail.example"]
    assert report.records == 1


@pytest.mark.parametrize(("records", "people"), [(3, 1), (4, 4)])
def test_a_value_on_more_records_than_max_shared_links_nobody(durable, records, people):
    for number in range(records):
        durable.customer(f"{number}", email="office@mail.example", phone=f"+4479111234{number:02}")
    report = durable.resolve(max_shared=3)
    assert len(durable.people()) == people
    assert report.blocked_values == (1 if people > 1 else 0)


def test_orders_of_guests_do_not_count_as_records_that_share(durable):
    for number in range(3):
        durable.customer(f"{number}", email="ann@mail.example")
    for _ in range(20):
        durable.order("email:ann@mail.example", email="ann@mail.example")
    durable.resolve(max_shared=3)
    assert len(durable.people()) == 1


def test_an_id_with_many_emails_does_not_merge_their_owners(durable):
    for number in range(4):
        durable.customer(f"{number}", email=f"buyer{number}@mail.example")
        durable.order("till", email=f"buyer{number}@mail.example")
    durable.resolve(max_shared=3)
    assert len(durable.people()) == 5


def test_replaced_versions_of_a_record_are_no_evidence(durable):
    row = durable.customer("1", email="wrong@mail.example", load=1)
    durable.customer("1", email="ann@mail.example", load=2)
    durable.supersede("customer_records", "crm", "1", 1, row)
    durable.customer("2", email="wrong@mail.example")
    row = durable.order("7", email="wrong@mail.example", order="A", load=1)
    durable.order("8", email="ann@mail.example", order="A", load=2)
    durable.supersede("orders", "shop", "A", 1, row)
    durable.order("9", table="order_lines", source="lines", order="B", load=1)
    durable.supersede("order_lines", "lines", "B", 1, None)
    durable.resolve()
    assert durable.people() == {frozenset("18"), frozenset("2")}


def test_a_decision_to_merge_joins_and_one_to_part_wins_over_any_value(durable):
    durable.customer("1", email="ann@mail.example")
    durable.customer("2", email="ann@mail.example")
    durable.customer("3")
    durable.decide("never", "2", "1")
    durable.decide("merge", "3", "2")
    durable.resolve()
    assert together(durable, "2", "3")
    assert not together(durable, "1", "2")


def test_of_two_decisions_on_a_pair_the_newer_one_holds(durable):
    durable.customer("1")
    durable.customer("2")
    durable.decide("merge", "1", "2", at="2024-01-01")
    durable.resolve()
    assert together(durable, "1", "2")
    durable.decide("split", "2", "1", at="2024-02-01")
    durable.resolve()
    assert not together(durable, "1", "2")


def test_a_decision_on_a_key_that_is_not_there_waits_for_it(durable):
    durable.customer("1")
    durable.decide("merge", "1", "2")
    durable.resolve()
    durable.customer("2", load=2)
    durable.resolve()
    assert together(durable, "1", "2")


def test_records_that_agree_on_all_fields_of_a_declared_key_are_one_person(durable):
    durable.customer("1", last_name="Müller", birth_date="1980-01-02", city="Bonn")
    durable.customer("2", last_name=" MULLER ", birth_date="1980-01-02")
    durable.customer("3", last_name="Müller", birth_date="1980-01-03", city="bonn")
    durable.customer("4", last_name="Müller")
    durable.customer("5", last_name="Müller")
    durable.resolve(keys=(("last_name", "birth_date"),))
    assert durable.people() == {frozenset("12"), frozenset("3"), frozenset("4"), frozenset("5")}
    assert durable.records()["crm", "2"] == "key"
    durable.resolve(keys=(("last_name", "birth_date"), ("last_name", "city")))
    assert durable.people() == {frozenset("123"), frozenset("4"), frozenset("5")}


def test_a_declared_key_that_too_many_records_share_links_nobody(durable):
    for number in range(4):
        durable.customer(f"{number}", city="Bonn")
    report = durable.resolve(max_shared=3, keys=(("city",),))
    assert (report.customers, report.blocked_values) == (4, 1)


def test_a_decision_that_was_taken_back_holds_no_more(durable):
    durable.customer("1")
    durable.customer("2")
    durable.decide("merge", "1", "2", at="2024-01-01")
    durable.decide("undo", "2", "1", at="2024-01-02")
    durable.resolve()
    assert not together(durable, "1", "2")
