from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars import marts
from regulars.engines.base import Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import ModelError
from regulars.learn.foretelling import foretell
from regulars.learn.leakage import leaking_rows
from regulars.settings import Settings


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Session]:
    """Two customers at the present and at a test 90 days before it."""
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    with engine.build(fresh=True) as session:
        session.execute(
            f"create table {marts.LEARNING_DATES} as select * from (values"
            " (1, 0, true, false, false, date '2026-01-01'), (2, 90, false, true, false, date '2025-10-03'))"
            " as t(cut_off_number, horizon, is_present, is_holdout, is_origin, cut_off)"
        )
        session.execute(
            f"create table {marts.PURCHASE_OCCASIONS} as select * from (values"
            " (7, 10, date '2025-06-01'), (7, 20, date '2025-09-20'), (7, 40, date '2025-12-01'),"
            " (8, 5, date '2025-12-24')) as t(customer_id, amount, order_date)"
        )
        session.execute(
            f"create table {marts.PURCHASE_SUMMARY} as select * from (values"
            " (1, 7, 2, 183, 213, 0, 1, 3, 70.00, 0.00, 40.00, 70.00, date '2025-12-01'),"
            " (1, 8, 0, 0, 7, 1, 1, 1, 5.00, 5.00, 5.00, 5.00, date '2025-12-24'),"
            " (2, 7, 1, 111, 123, 1, 1, 2, 30.00, 20.00, 20.00, 30.00, date '2025-09-20'))"
            " as t(cut_off_number, customer_id, x, t_x, observed_days, occasions_30, occasions_90, occasions_365,"
            " amount, amount_30, amount_90, amount_365, last_order_date)"
        )
        yield session


def test_what_was_known_is_no_leak(build: Session) -> None:
    assert leaking_rows(build) == 0


@pytest.mark.parametrize(
    "leak",
    [
        "last_order_date = date '2025-12-01'",
        "t_x = 124",
        "x = 2",
        "amount = 70.00",
        "occasions_30 = 2",
        "occasions_90 = 3",
        "occasions_365 = 3",
        "amount_30 = 60.00",
        "amount_90 = 60.00",
        "amount_365 = 70.00",
    ],
)
def test_what_came_later_is_found_in_every_feature(build: Session, leak: str) -> None:
    build.execute(f"update {marts.PURCHASE_SUMMARY} set {leak} where cut_off_number = 2")
    assert leaking_rows(build) >= 1
    with pytest.raises(ModelError, match="know what came after their cut-off"):
        foretell(build, Settings(), lambda words: None)


def test_a_customer_of_whom_nothing_was_known_yet_is_found(build: Session) -> None:
    build.execute(
        f"insert into {marts.PURCHASE_SUMMARY} values"
        " (2, 8, 0, 0, 0, 0, 0, 0, 5.00, 0.00, 0.00, 0.00, date '2025-10-02')"
    )
    assert leaking_rows(build) == 1
