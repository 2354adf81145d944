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


def rows(durable, columns):
    table = durable.session.query(f"select source_customer_id, {columns} from identity.records")
    return {name: tuple(values) for name, *values in zip(*(c.to_pylist() for c in table.columns), strict=True)}


def test_a_record_that_a_match_linked_says_how_probable_it_is(durable, likeness):
    """2 and 3 share an e-mail, but what makes them this person is a match of their group."""
    durable.customer("1", last_name="Lee", birth_date="1980-01-02")
    durable.customer("2", "ann@mail.example", last_name="Lee", birth_date="1980-01-02")
    durable.customer("3", "ann@mail.example")
    durable.customer("4", phone="+447911123456", last_name="Kay")
    durable.customer("5", phone="+447911123456", last_name="Kay")
    durable.resolve(matcher=likeness)
    assert rows(durable, "linked_by, probability") == {
        "1": ("new", None),
        "2": ("match", 0.99),
        "3": ("match", 0.99),
        "4": ("new", None),
        "5": ("phone", None),
    }


def test_a_record_is_of_its_person_since_it_came_or_since_it_was_found_to_be(durable):
    durable.customer("1", "ann@mail.example", load=1)
    durable.customer("2", load=1)
    durable.load(1)
    durable.resolve()
    durable.customer("3", "ann@mail.example", load=2)
    durable.load(2)
    durable.resolve()
    assert rows(durable, "first_load_id, since_load_id") == {"1": (1, 1), "2": (1, 1), "3": (2, 2)}
    durable.order("2", email="ann@mail.example", load=3)
    durable.load(3)
    durable.resolve()
    durable.load(4)
    durable.resolve()
    assert rows(durable, "first_load_id, since_load_id") == {"1": (1, 1), "2": (1, 3), "3": (2, 2)}
