import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars import marts
from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.learn.learning_dates import LearningDates


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Session]:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    with engine.build(fresh=True) as session:
        session.execute(
            f"create table {marts.LEARNING_DATES} as select * from (values"
            " (1, 0, true, false, false, date '2026-01-01'), (2, 90, false, true, false, date '2025-10-03'),"
            " (3, 90, false, false, true, date '2025-09-03'), (4, 90, false, false, true, date '2025-07-05'))"
            " as t(cut_off_number, horizon, is_present, is_holdout, is_origin, cut_off)"
        )
        yield session


def test_an_origin_is_of_use_when_its_outcome_was_known(build: Session) -> None:
    dates = LearningDates(build)
    assert [date.cut_off_number for date in dates.origins(90, dt.date(2026, 1, 1), 5)] == [2, 3, 4]
    assert [date.cut_off_number for date in dates.origins(90, dt.date(2025, 10, 3), 5)] == [4]
    assert [date.cut_off_number for date in dates.origins(90, dt.date(2026, 1, 1), 1)] == [2]
    assert dates.holdout(30) is None
