import numpy as np
import pytest

from regulars.learn.anomalies import find_anomalies


def days(seed=1, count=365):
    return 100 * np.exp(0.1 * np.random.default_rng(seed).standard_normal(count))


def test_a_day_that_broke_down_and_one_that_took_off_are_found_and_no_other():
    series = days()
    series[100], series[200] = 10, 900
    found = find_anomalies(series, np.full(365, 100.0))
    assert found.places.tolist() == [100, 200]
    assert found.score[0] < -4 and found.score[1] > 4
    assert (series[found.places] < found.lower).tolist() == [True, False]
    assert (series[found.places] > found.upper).tolist() == [False, True]


def test_ordinary_days_raise_no_alarm():
    alarms = [len(find_anomalies(days(seed), np.full(365, 100.0)).places) for seed in range(50)]
    assert sum(alarms) <= 4


def test_a_bias_of_the_expectation_is_no_anomaly():
    assert len(find_anomalies(days(), np.full(365, 300.0)).places) == 0


def test_many_anomalies_do_not_hide_each_other():
    series = days()
    series[::10] *= 5
    assert set(range(0, 365, 10)) <= set(find_anomalies(series, np.full(365, 100.0)).places.tolist())


def test_days_of_which_nothing_was_expected_are_left_out():
    series, expected = days(), np.full(365, 100.0)
    series[5], expected[5] = 5000, np.nan
    assert find_anomalies(series, expected).places.tolist() == []
    assert find_anomalies(series, np.full(365, np.nan)).places.tolist() == []


@pytest.mark.parametrize("series", [np.zeros(0), np.zeros(50), np.full(50, 3.0)])
def test_series_without_any_movement_have_no_anomalies(series):
    assert len(find_anomalies(series, series.copy()).places) == 0
