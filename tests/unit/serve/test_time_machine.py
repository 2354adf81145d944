"""A past day is worked out from what is published, by the models of a run, and leaves no trace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.unit.conftest import Published

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import InputError, WarehouseError
from regulars.pipeline import Request, run_pipeline
from regulars.serve.queries import Queries
from regulars.serve.time_machine import opened_as_of, segments_as_of
from regulars.settings import overridden

pytestmark = pytest.mark.slow  # dbt builds the day that is asked for


def test_the_day_that_is_published_gives_what_is_published(published: Published) -> None:
    before = sorted(path.name for path in Path(published.engine.location).iterdir())
    basis, segments = segments_as_of(published.engine, dt.date(2025, 12, 25))
    # All but what only a run foretells.
    foretold = ["avg_clv", "clv"]
    assert all(segments[column].null_count == segments.num_rows for column in foretold)
    assert segments.drop_columns(foretold) == published.queries.segments().drop_columns(foretold)
    assert basis == published.queries.basis()
    assert sorted(path.name for path in Path(published.engine.location).iterdir()) == before


def test_a_past_day_sees_what_was_there_by_then(published: Published) -> None:
    words: list[str] = []
    basis, segments = segments_as_of(published.engine, dt.date(2025, 3, 1), words.append)
    # Orders o0, o12, o24, o1, o13 and o25 are of January and February; the guest is not known yet.
    assert (basis.as_of, basis.orders, basis.customers) == ("2025-03-01", 6, 4)
    assert sum(segments.column("revenue").to_pylist()) == 6 * 10 + 0 + 12 + 24 + 1 + 13 + 25 + 3
    assert any("segment_metrics" in told for told in words)


def test_the_tables_of_the_day_can_be_asked(published: Published) -> None:
    with opened_as_of(published.engine, dt.date(2025, 3, 1)) as then:
        dates = then.query("select distinct as_of from marts.rfm_thresholds").column(0).to_pylist()
        rows = then.query("select customer_id, recency, frequency from marts.fct_customer_rfm order by 1").to_pylist()
    assert dates == [dt.date(2025, 3, 1)]
    assert [row["frequency"] for row in rows] == [6, 0, 0, 0]


def test_a_day_before_the_first_order_is_refused(published: Published) -> None:
    with pytest.raises(InputError, match=r"Nobody had bought anything before 2024-12-31\. The first valid order is of"):
        segments_as_of(published.engine, dt.date(2024, 12, 31))


def test_without_anything_published_there_is_nothing_to_go_back_in(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="Nothing is published"):
        segments_as_of(DuckDBEngine(tmp_path), dt.date(2025, 3, 1))


def test_who_came_after_the_day_of_the_run_is_refused_with_the_day_they_came(
    published: Published, tmp_path: Path
) -> None:
    settings = overridden(published.settings, rfm={"as_of": dt.date(2025, 12, 24)})
    settings = settings.model_copy(update={"warehouse": str(tmp_path)})
    files = [str(published.folder / "customers.csv"), str(published.folder / "orders.csv")]
    run_pipeline(settings, Request(files=files))
    with pytest.raises(
        InputError, match="is first heard of on 2025-12-24, and what is published is as of the start of"
    ):
        Queries(DuckDBEngine(tmp_path), settings.shop).customer("gus@example.org")
