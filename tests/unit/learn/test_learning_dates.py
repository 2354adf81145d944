import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import ModelError
from regulars.learn.foretelling import foretell
from regulars.learn.learning_dates import LearningDates
from regulars.settings import Settings


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Session]:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    with engine.build(fresh=True) as session:
        session.execute(
            f"create table {catalog.LEARNING_DATES} as select * from (values"
            " (1, 0, true, false, false, date '2026-01-01'), (2, 90, false, true, false, date '2025-10-03'),"
            " (3, 90, false, false, true, date '2025-09-03'), (4, 90, false, false, true, date '2025-07-05'))"
            " as t(cut_off_number, horizon, is_present, is_holdout, is_origin, cut_off)"
        )
        session.execute(
            f"create table {catalog.PURCHASE_SUMMARY} as select 1 as cut_off_number, 7 as customer_id, 0 as x,"
            " 0 as t_x, 30 as observed_days, date '2025-12-01' as last_order_date"
        )
        yield session


def test_an_origin_is_of_use_when_its_outcome_was_known(build: Session) -> None:
    dates = LearningDates(build)
    assert [date.cut_off_number for date in dates.origins(90, dt.date(2026, 1, 1), 5)] == [2, 3, 4]
    assert [date.cut_off_number for date in dates.origins(90, dt.date(2025, 10, 3), 5)] == [4]
    assert [date.cut_off_number for date in dates.origins(90, dt.date(2026, 1, 1), 1)] == [2]
    assert dates.holdout(30) is None


def test_a_row_that_knows_what_came_ends_the_stage(build: Session) -> None:
    assert LearningDates(build).leaks() == 0
    build.execute(f"update {catalog.PURCHASE_SUMMARY} set last_order_date = date '2026-01-01'")
    assert LearningDates(build).leaks() == 1
    with pytest.raises(ModelError, match="know what came after their cut-off"):
        foretell(build, Settings(), lambda words: None)
