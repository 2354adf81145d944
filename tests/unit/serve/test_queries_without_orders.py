"""Where the orders stay in the lake, all else is served, and what only they can tell is refused in plain words."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from tests.unit.conftest import Call, Published

from regulars import marts
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import InputError
from regulars.serve import extract
from regulars.serve.queries import Queries
from regulars.serve.time_machine import segments_as_of
from regulars.serve.why import explain
from regulars.transform import Transformer

_VIEWS = ("marts.fct_orders", "raw.raw_transactions", "marts.customer_purchase_extract", "marts.customer_store_summary")


@pytest.fixture(scope="module")
def engine(published: Published, tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    """The published warehouse as it would have come home without its orders."""
    folder = tmp_path_factory.mktemp("without_orders") / "warehouse"
    folder.mkdir()
    shutil.copy(Path(published.engine.location) / "live.duckdb", folder)
    with closing(duckdb.connect(str(folder / "live.duckdb"))) as connection:
        for view in _VIEWS:
            connection.execute(f"drop view {view}")
        for table in marts.AS_LONG_AS_ORDERS:
            connection.execute(f"drop table {table}")
    return DuckDBEngine(folder)


@pytest.fixture
def queries(engine: DuckDBEngine, published: Published) -> Queries:
    return Queries(engine, published.settings.shop)


def test_everything_else_is_as_it_was(queries: Queries, published: Published) -> None:
    assert queries.basis() == published.queries.basis()
    assert queries.segments() == published.queries.segments()
    someone = queries.customer("1")
    assert queries.customer_360(someone) == published.queries.customer_360(someone)
    assert (published.queries.serves_orders(), queries.serves_orders()) == (True, False)


@pytest.mark.parametrize(
    "ask",
    [
        lambda queries, engine: queries.customer_orders(queries.customer("1")),
        lambda queries, engine: explain(queries, "1"),
        lambda queries, engine: segments_as_of(engine, dt.date(2025, 3, 1)),
        lambda queries, engine: extract.counts(queries),
    ],
    ids=["orders of a customer", "why", "a past day", "extract"],
)
def test_what_only_orders_tell_is_refused(
    queries: Queries, engine: DuckDBEngine, ask: Callable[[Queries, DuckDBEngine], object]
) -> None:
    with pytest.raises(InputError, match=r"they stay in the lake .* set bring_home_orders = true under \[spark\]"):
        ask(queries, engine)


def test_the_page_of_a_customer_says_where_the_orders_are(engine: DuckDBEngine, call: Call) -> None:
    code, output, _ = call("customer", "1", "-w", engine.location)
    assert code == 0
    assert "The orders stay in the lake of this warehouse." in output


def test_the_views_that_need_the_orders_are_not_made(published: Published) -> None:
    transformer = Transformer.of(published.engine)
    left_out = set(transformer.views()) - set(transformer.views(without=marts.AS_LONG_AS_ORDERS))
    on_the_way = {f"int_orders__{step}" for step in ("landed", "converted", "classified")}
    assert left_out == {view.partition(".")[2] for view in _VIEWS} | on_the_way
