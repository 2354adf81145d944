import datetime as dt

import pytest

from regulars.learn.validation import MODEL_VALIDATION, Measure, Test, validation_table

Test.__test__ = False  # it is no test of pytest's


def judged(*measures, **more):
    return Test("orders", 90, measures, ("mean_absolute_error",), "naive", 10, dt.date(2025, 1, 1), **more)


@pytest.mark.parametrize(
    ("metric", "value", "baseline", "is_better"),
    [
        ("mean_absolute_error", 1, 2, True),
        ("mean_absolute_error", 2, 2, False),
        ("gini", 0.8, 0.7, True),
        ("area_under_curve", 0.6, 0.7, False),
        ("top_decile_share", 0.6, 0.5, True),
        ("bias", -0.1, 0.2, True),
        ("bias", 0.1, -0.05, False),
        ("brier_score", 0.1, 0.2, True),
        ("interval_coverage", 0.8, None, None),
    ],
)
def test_less_error_is_better_and_so_is_more_of_what_ranks(metric, value, baseline, is_better):
    assert Measure(metric, value, baseline).is_better is is_better


def test_only_what_beats_its_baseline_by_the_decisive_measure_is_validated():
    assert judged(Measure("mean_absolute_error", 1, 2), Measure("bias", 1, 0)).is_validated
    assert not judged(Measure("mean_absolute_error", 2, 1), Measure("bias", 0, 1)).is_validated


def test_what_was_not_tested_or_is_too_good_is_not_validated():
    assert not Test("orders", 90, note="too short").is_validated
    assert not judged(Measure("bias", 0, 1)).is_validated
    assert not judged(Measure("mean_absolute_error", 1, 2), alarm=True).is_validated


def test_a_test_that_could_not_be_made_has_a_row_that_says_so():
    table = validation_table(
        [judged(Measure("mean_absolute_error", 1, 2), Measure("bias", 0.5)), Test("value", 30, note="short")]
    )
    assert table.schema == MODEL_VALIDATION
    rows = table.to_pylist()
    assert [(row["model"], row["metric"], row["value"], row["is_validated"]) for row in rows] == [
        ("orders", "mean_absolute_error", 1, True),
        ("orders", "bias", 0.5, True),
        ("value", "not tested", None, False),
    ]
    assert [row["baseline"] for row in rows] == ["naive", None, None]
    assert rows[2]["note"] == "short"
    assert validation_table([]).num_rows == 0


def test_a_bias_where_nothing_came_is_no_number():
    rows = validation_table([judged(Measure("bias", float("inf"), 0.5))]).to_pylist()
    assert rows[0]["value"] is None and rows[0]["baseline_value"] == 0.5
    assert rows[0]["is_better"] is False
