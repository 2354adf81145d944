"""The door to the published data finds people by whatever is known of them, and refuses in plain words."""

from __future__ import annotations

import pytest
from tests.unit.conftest import Published

from regulars.errors import InputError


def test_the_basis_says_what_the_numbers_were_made_from(published: Published) -> None:
    basis = published.queries.basis()
    assert (basis.as_of, basis.window_days, basis.segment_map) == ("2025-12-25", 365, "eleven")
    assert (basis.customers, basis.orders) == (5, 31)


@pytest.mark.parametrize(
    "text", ["1", "2", "ann@example.org", " ANN@example.org ", "+442079460001", "020 7946 0001", "customers:1"]
)
def test_a_person_is_found_by_id_address_or_number(published: Published, text: str) -> None:
    found = published.queries.customer(text)
    assert published.queries.customer(str(found)) == found
    assert published.queries.customer_360(found).column("email").to_pylist() == ["ann@example.org"]
    records = published.queries.customer_sources(found)
    assert records.num_rows >= 2


def test_a_guest_is_found_by_the_address_of_the_order(published: Published) -> None:
    guest = published.queries.customer("gus@example.org")
    assert published.queries.customer_orders(guest).column("order_id").to_pylist() == ["g1"]


@pytest.mark.parametrize("text", ["nobody@example.org", "999", "", "'; drop table x", "+44 1"])
def test_nobody_is_nobody(published: Published, text: str) -> None:
    with pytest.raises(InputError, match=r"Nobody is known by .* Give a customer id"):
        published.queries.customer(text)


def test_segments_come_in_the_order_of_the_map_and_hold_everyone(published: Published) -> None:
    segments = published.queries.segments()
    assert segments.column("segment")[0].as_py() == "Champions"
    assert sum(segments.column("customers").to_pylist()) == 5


def test_an_unknown_segment_or_column_is_answered_with_the_known_ones(published: Published) -> None:
    with pytest.raises(InputError, match=r"no segment `Champs`.*Champions, Loyal"):
        published.queries.customers_stream(["Champs"]).__enter__()
    with pytest.raises(InputError, match=r"no column `e_mail`.*customer_id"):
        published.queries.customers_stream(columns=["e_mail"]).__enter__()


def test_a_query_finds_tables_without_their_schema_and_stops_at_its_limit(published: Published) -> None:
    assert published.queries.sql("select count(*) as n from customer_360;").to_pylist() == [{"n": 5}]
    assert published.queries.sql("select * from fct_orders", limit=3).num_rows == 3


@pytest.mark.parametrize("statement", ["select * from no_such_table", "selec 1", "delete from segment_metrics"])
def test_a_statement_that_cannot_be_run_says_where_the_tables_are_listed(published: Published, statement: str) -> None:
    with pytest.raises(InputError, match="The tables are listed by `regulars docs`"):
        published.queries.sql(statement)


def test_a_table_is_read_whole_by_its_name_alone(published: Published) -> None:
    assert published.queries.table("customer_segments").num_rows == 5
    assert published.queries.table("ops.loads").num_rows == 2
    with pytest.raises(InputError, match="There is no table `customer_segments; drop`"):
        published.queries.table("customer_segments; drop")
