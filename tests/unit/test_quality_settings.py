"""Thresholds that contradict each other are refused when the settings are read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from regulars.quality_settings import QualitySettings
from regulars.source_settings import SourceSettings


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"warn_after": "soon"}, "is no age"),
        ({"warn_after": "3 days", "error_after": "1 day"}, "is above error_after"),
        ({"bad_rows_warn": 0.5, "bad_rows_error": 0.1}, "bad_rows_warn is above"),
        ({"least_runs": 30}, "least_runs is above"),
        ({"drift": "perhaps"}, "Input should be"),
    ],
)
def test_thresholds_fit_together(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        QualitySettings.model_validate(values)


def test_a_source_has_ages_of_its_own() -> None:
    assert SourceSettings(warn_after="26 hours").warn_after == "26 hours"
    with pytest.raises(ValidationError, match="is above error_after"):
        SourceSettings(warn_after="3 days", error_after="1 day")
