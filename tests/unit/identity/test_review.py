"""The queue holds who is likely one person, still two, and whom nobody has decided about."""

import pytest

from regulars.identity.review import waiting


@pytest.fixture(params=["duckdb", "postgres"])
def kind(request):
    """The kinds of warehouse that all of this is true of."""
    return request.param


def queue(durable):
    rows = durable.session.query(waiting(0.95)).to_pylist()
    return [(row["left_key"], row["right_key"], row["probability"], row["pairs"], row["reason"]) for row in rows]


def test_two_people_wait_once_by_their_strongest_match(durable, likeness):
    durable.customer("1", "ann@mail.example", last_name="Lee")
    durable.customer("2", "ann@mail.example", last_name="Lee")
    durable.customer("3", last_name="Lee", birth_date="1980-01-02")
    durable.resolve(matcher=likeness)
    assert queue(durable) == [("1", "3", 0.9, 2, "probability")]


def test_who_was_merged_or_parted_waits_no_more(durable, likeness):
    for number in range(1, 5):
        durable.customer(f"{number}", last_name="Lee" if number < 3 else "Kay")
    durable.resolve(matcher=likeness)
    assert [row[:2] for row in queue(durable)] == [("1", "2"), ("3", "4")]
    durable.decide("merge", "1", "2", at="2024-01-01")
    durable.decide("never", "4", "3", at="2024-01-02")
    durable.resolve(matcher=likeness)
    assert queue(durable) == []
    durable.decide("undo", "3", "4", at="2024-01-03")
    durable.resolve(matcher=likeness)
    assert [row[:2] for row in queue(durable)] == [("3", "4")]


def test_a_link_that_is_refused_waits_with_its_reason(durable, likeness):
    for number in range(3):
        durable.customer(f"{number}", last_name="Lee", birth_date="1980-01-02")
    durable.resolve(matcher=likeness, max_cluster_size=2)
    assert queue(durable) == [("0", "2", 0.99, 2, "chain")]
