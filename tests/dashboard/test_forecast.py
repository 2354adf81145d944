"""Forecast: each metric beside what its test has shown, and the days as a file."""

from __future__ import annotations

from tests.dashboard.hands import taken
from tests.dashboard.visiting import Visit


def test_each_metric_has_its_days_its_forecast_and_its_verdict(visit: Visit) -> None:
    visit.open("forecast", span="90 days")
    assert len(taken(visit, "days_file")) == 90
    for name, label in (("Orders", "Daily orders ahead"), ("Buyers", "Daily buyers ahead")):
        visit.page.get_by_role("radio", name=name, exact=True).click()
        visit.page.get_by_text(label).first.wait_for()
        visit.settled()
        assert f"metric={name}" in visit.query
        assert "repeating the week before" in visit.text
    assert len(visit.rows("Tests of the predictions")) == 3
    visit.page.get_by_text("The days ahead as a table").click()
    visit.settled()
    assert len(visit.rows("Days ahead")) == 30
