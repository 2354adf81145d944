"""Every source record is told by what it was linked, and a table is only touched where it differs."""


def test_a_record_is_told_by_what_it_was_linked(durable):
    durable.customer("1", email="ann@mail.example")
    durable.customer("1", source="pos")
    durable.customer("2", email="ann@mail.example", phone="+447911123456")
    durable.customer("3", phone="+447911123456")
    durable.customer("4")
    durable.decide("merge", "4", "1")
    durable.order("email:ann@mail.example", email="ann@mail.example")
    durable.resolve()
    assert durable.records() == {
        ("crm", "1"): "new",
        ("pos", "1"): "source_id",
        ("crm", "2"): "email",
        ("crm", "3"): "phone",
        ("crm", "4"): "decision",
        ("shop", "email:ann@mail.example"): "email",
    }


def test_the_first_record_of_an_id_is_the_one_that_landed_first(durable):
    durable.customer("1", source="a", load=2)
    durable.customer("1", source="z", load=1)
    durable.resolve()
    assert durable.records() == {("z", "1"): "new", ("a", "1"): "source_id"}


def test_customers_known_by_orders_alone_have_a_record_per_source_of_orders(durable):
    durable.order("1", email="b@mail.example")
    durable.order("1", email="a@mail.example")
    durable.order("1", source="lines", table="order_lines", load=2)
    durable.resolve()
    table = durable.session.query("select * from identity.records order by source")
    assert [(r["source"], r["email"], r["linked_by"], r["first_load_id"]) for r in table.to_pylist()] == [
        ("lines", None, "source_id", 2),
        ("shop", "a@mail.example", "new", 1),
    ]


def test_a_customer_record_takes_the_place_of_what_orders_said(durable):
    durable.order("1", email="a@mail.example")
    durable.resolve()
    assert durable.records() == {("shop", "1"): "new"}
    durable.customer("1", load=2)
    durable.resolve()
    assert durable.records() == {("crm", "1"): "new"}


def test_a_record_keeps_the_load_that_first_brought_it_when_a_newer_version_comes(durable):
    row = durable.customer("1", email="a@mail.example", load=1)
    durable.resolve()
    durable.customer("1", email="b@mail.example", load=4)
    durable.supersede("customer_records", "crm", "1", 1, row)
    durable.resolve()
    table = durable.session.query("select email, first_load_id from identity.records")
    assert table.to_pylist() == [{"email": "b@mail.example", "first_load_id": 1}]


def test_rows_that_do_not_change_are_left_alone(durable):
    durable.customer("1")
    durable.customer("2")
    durable.resolve()
    before = durable.session.query("select rowid, customer_key from identity.records order by customer_key")
    durable.customer("0", load=2)
    durable.resolve()
    after = durable.session.query(
        "select rowid, customer_key from identity.records where customer_key > '0' order by customer_key"
    )
    assert after.equals(before)
