"""People are named by whatever is at hand, and a name that may be several is refused."""

import pytest

from regulars.errors import InputError
from regulars.identity.ids import FIRST_ID
from regulars.identity.naming import named


@pytest.fixture
def people(durable):
    durable.customer("1", "ann@mail.example", "+447911123456")
    durable.customer("2", "ann@mail.example", source="pos")
    durable.customer("web:7", phone="+447911123457", source="web")
    durable.order("email:eve@mail.example", email="eve@mail.example")
    durable.resolve()
    return durable


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("1", ("1",)),
        ("pos:2", ("2",)),
        ("web:7", ("web:7",)),
        ("web:web:7", ("web:7",)),
        (" Ann@Mail.example ", ("1", "2")),
        ("07911 123457", ("web:7",)),
        ("+44 7911 123456", ("1",)),
        ("email:eve@mail.example", ("email:eve@mail.example",)),
        ("eve@mail.example", ("email:eve@mail.example",)),
        (f"{FIRST_ID}", ("1", "2")),
    ],
)
def test_a_person_is_found_by_any_name(people, text, keys):
    found = named(people.session, text, "GB")
    assert found.keys == keys
    assert found.customer_id == people.ids()[keys[0]]
    assert found.is_person == (text == f"{FIRST_ID}")


def test_an_id_that_was_merged_away_names_the_key_it_was_founded_with(people):
    ids = people.ids()
    people.decide("merge", "1", "web:7")
    people.resolve()
    found = named(people.session, f"{ids['web:7']}", "GB")
    assert (found.customer_id, found.keys, found.is_redirected) == (ids["1"], ("web:7",), True)


@pytest.mark.parametrize("text", ["nobody", "", "no@mail.example", "999999999", "9" * 30, "crm:2", "+1 555 0100 0100"])
def test_who_is_not_there_is_said_so(people, text):
    with pytest.raises(InputError, match="Nobody is known by"):
        named(people.session, text, "GB")


def test_a_name_of_several_people_is_refused_with_their_ids(people):
    people.customer("x", source="a")
    people.session.execute(
        "update staging.customer_records set customer_key = 'a:9', source_customer_id = '9' where source = 'a'"
    )
    people.customer("9", source="b")
    people.resolve()
    ids = people.ids()
    with pytest.raises(InputError, match=f"{ids['9']}, {ids['a:9']}"):
        named(people.session, "9", "GB")
    assert named(people.session, "a:9", "GB").keys == ("a:9",)


def test_a_golden_id_that_is_also_somebody_elses_own_id_is_refused(people):
    people.customer(f"{FIRST_ID}", source="old")
    people.resolve()
    with pytest.raises(InputError, match="may be any of"):
        named(people.session, f"{FIRST_ID}", "GB")
