from __future__ import annotations

import pytest
from tests.unit.conftest import Published

from regulars.errors import InputError
from regulars.serve import table_previews

WIDE = "marts.customer_360"


def test_every_table_is_listed_with_its_rows(published: Published) -> None:
    with published.queries.session() as live:
        found = {(row["schema"], row["table"]): row for row in table_previews.row_counts(live, True).to_pylist()}
    assert found["marts", "customer_360"]["rows"] == published.queries.table("customer_360").num_rows
    assert found["marts", "dim_customers"]["rows"] is None, "a view is not counted"
    assert found["staging", "orders"]["rows"] == 31 and not found["staging", "orders"]["can_be_opened"]
    assert ("ops", "erasure_key") not in found and ("published", "state") not in found


def test_a_text_is_found_in_any_column_whatever_its_case(published: Published) -> None:
    with published.queries.session() as live:
        assert table_previews.preview(live, WIDE, True, "BOB@example").num_rows == 1
        assert table_previews.preview(live, WIDE, True, "bob@example", "email").num_rows == 1
        assert table_previews.preview(live, WIDE, True, "bob@example", "segment").num_rows == 0
        assert table_previews.preview(live, WIDE, True, "%").num_rows == 0, "signs of LIKE mean themselves"
        assert table_previews.preview(live, WIDE, True, limit=2).num_rows == 2


def test_a_viewer_s_search_tells_nothing_of_what_is_masked(published: Published) -> None:
    with published.queries.session() as live:
        assert table_previews.preview(live, WIDE, False, "bob@example").num_rows == 0
        assert "email" not in table_previews.searchable(live, WIDE, False)
        assert {"email", "segment"} <= set(table_previews.searchable(live, WIDE, True))
        with pytest.raises(InputError, match="`email` is masked, so it cannot be searched"):
            table_previews.preview(live, WIDE, False, "bob", "email")


@pytest.mark.parametrize("table", ["marts.nothing", "customer_360", "ops.erasure_key", "published.state", "raw.orders"])
def test_a_table_that_is_not_there_is_refused(table: str, published: Published) -> None:
    with published.queries.session() as live, pytest.raises(InputError, match="There is no table"):
        table_previews.preview(live, table, True)


def test_a_column_that_is_not_there_is_refused(published: Published) -> None:
    with published.queries.session() as live, pytest.raises(InputError, match="has no column `nothing"):
        table_previews.preview(live, WIDE, True, "x", 'nothing" or 1=1 --')


class ReceivedTables:
    """A session that also has a table whose columns were received, as a warehouse on PostgreSQL has."""

    def __init__(self, session: object) -> None:
        self._session = session

    def tables(self) -> object:
        import pyarrow as pa

        return pa.table({"schema": ["raw", "raw"], "table_name": ["crm", "raw_transactions"]})

    def columns(self, table: str) -> list[str]:
        return ["E-Mail Address"] if table == "raw.crm" else []


def test_what_somebody_else_named_is_no_viewer_s_to_see(published: Published) -> None:
    with published.queries.session() as live:
        received = ReceivedTables(live)
        opened = {
            row["table"]: row["can_be_opened"]
            for row in table_previews.row_counts(received, False).to_pylist()  # type: ignore[arg-type]
        }
        assert opened == {"crm": False, "raw_transactions": True}
        with pytest.raises(InputError, match="as they were received"):
            table_previews.searchable(received, "raw.crm", False)  # type: ignore[arg-type]
        assert table_previews.searchable(received, "raw.crm", True) == ["E-Mail Address"]  # type: ignore[arg-type]
