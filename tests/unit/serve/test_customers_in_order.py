"""Parts of any size give the rows that one sorted query gives."""

from __future__ import annotations

import pytest
from tests.unit.activate.conftest import CUSTOMERS, shop
from tests.unit.conftest import Published

from regulars import marts
from regulars.serve.customers_in_order import customers_in_order

__all__ = ["shop"]


@pytest.mark.parametrize("part_rows", [1, 7, CUSTOMERS - 1, CUSTOMERS, CUSTOMERS + 1, 100_000])
@pytest.mark.parametrize(("where", "params"), [("1 = 1", ()), ("consent is null", ()), ("segment = $1", ("Lost",))])
def test_parts_of_any_size_are_the_whole(shop: Published, part_rows: int, where: str, params: tuple[str, ...]) -> None:
    if part_rows == 1 and not params:
        part_rows = 2  # one query per customer is slow, and the segment tries it
    columns = f"customer_id, email, cast(${len(params) + 1} as varchar) as word"
    with shop.queries.session() as live:
        found = customers_in_order(live, columns, where, params, ("held",), part_rows).read_all()
        expected = live.query(
            f"select customer_id, email, 'held' as word from {marts.CUSTOMER_360} where {where} order by customer_id",
            params,
        )
    assert found.to_pylist() == expected.to_pylist()
    assert found.num_rows > 1


def test_nobody_is_an_empty_list_with_its_columns(shop: Published) -> None:
    with shop.queries.session() as live:
        found = customers_in_order(live, "customer_id, email", "1 = 0").read_all()
    assert (found.num_rows, found.column_names) == (0, ["customer_id", "email"])
