"""The rows at fault are those of the run that was checked: of what is live, of the build, or of neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import InputError, LockedError
from regulars.serve.rows_at_fault import rows_at_fault


@pytest.fixture
def engine(tmp_path: Path) -> DuckDBEngine:
    engine = DuckDBEngine(tmp_path)
    engine.prepare()
    with engine.durable() as durable:
        durable.execute(
            "insert into staging.rejected_rows (source, load_id, row_number, field, reason, value) values"
            " ('web', 1, 2, 'ordered_at', 'is no date', 'soon'), ('web', 1, 9, 'amount', 'is no number', 'x')"
        )
    with engine.build(fresh=True) as build:
        build.execute("create table ops.checks as select 'run-1' as run_id")
        build.execute(
            "create table intermediate.int_rows__at_fault as select check_name, 'web' as source, 1 as load_id,"
            " 'web.csv' as uri, row_number, cast(null as varchar) as record_id, field, 'is none' as reason from (values"
            " ('rows', 9, 'amount'), ('dates', 2, 'ordered_at'), ('rows', 2, 'ordered_at'))"
            " as found (check_name, row_number, field)"
        )
    return engine


def test_those_of_a_run_that_was_held_back_are_read_from_its_build(engine: DuckDBEngine) -> None:
    found = rows_at_fault(engine, "rows", "run-1", 10).to_pylist()
    assert [(row["row_number"], row["field"], row["value"]) for row in found] == [
        (2, "ordered_at", "soon"),
        (9, "amount", "x"),
    ]
    assert rows_at_fault(engine, "dates", "run-1", 10)["row_number"].to_pylist() == [2]
    assert rows_at_fault(engine, "rows", "run-1", 1).num_rows == 1


def test_a_run_whose_tables_are_gone_is_asked_for_again(engine: DuckDBEngine) -> None:
    with pytest.raises(InputError, match="run-2 are gone"):
        rows_at_fault(engine, "rows", "run-2", 10)


def test_a_build_is_not_read_while_a_run_works_on_it(engine: DuckDBEngine) -> None:
    with DuckDBEngine(engine.folder).lock(), pytest.raises(LockedError):
        rows_at_fault(engine, "rows", "run-1", 10)
