"""When a run is held back: thresholds of the checks, and how old the word of a source may be."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from regulars.ages import Age, refuse_wrong_ages
from regulars.source_settings import Section


class QualitySettings(Section):
    """When a run is held back: thresholds of the checks, and how old the word of a source may be."""

    drift: Literal["error", "warn", "off"] = Field(
        "error", description="Whether a finding of drift stops publishing, is told, or is not looked for"
    )
    allow: list[str] = Field([], description="Checks whose findings never stop publishing, as --allow says for one run")
    warn_after: Age | None = Field(
        None, description='Age at which any source is told as late, such as "26 hours"; unset = none'
    )
    error_after: Age | None = Field(None, description="Age at which any source stops publishing; unset = none")
    false_alarm_odds: float = Field(
        1e-5, gt=0, lt=0.1, description="Odds that chance alone makes one finding of drift, at most"
    )
    volume_low: float = Field(0.6, gt=0, lt=1, description="Part of the usual sales below which they are too few")
    volume_high: float = Field(1.7, gt=1, description="Times the usual sales above which they are too many")
    share_change: float = Field(
        0.2, gt=0, lt=1, description="By how much a share may change from run to run, in parts of the whole"
    )
    history_change: float = Field(
        0.15, gt=0, description="Part of the published past of a source that a run may restate"
    )
    base_change: float = Field(0.1, gt=0, lt=1, description="Part of the customer base that one run may take away")
    bad_rows_warn: float = Field(0.02, gt=0, le=1, description="Part of a load set aside that is told")
    bad_rows_error: float = Field(0.25, gt=0, le=1, description="Part of a load set aside that stops publishing")
    bad_emails_warn: float = Field(0.02, gt=0, le=1, description="Part of a load's e-mails malformed that is told")
    bad_emails_error: float = Field(0.4, gt=0, le=1, description="The same that stops publishing")
    doubled_warn: float = Field(
        0.01, gt=0, le=1, description="Part of the new orders that are there twice that is told"
    )
    doubled_error: float = Field(0.2, gt=0, le=1, description="The same that stops publishing")
    least_runs: int = Field(5, ge=2, description="Runs with news before the mix of what they bring is compared")
    baseline_runs: int = Field(20, ge=2, description="Newest published runs that the mix is compared with")
    least_weeks: int = Field(4, ge=2, le=8, description="Earlier windows, of 8, before a volume is compared")

    @model_validator(mode="after")
    def _warns_before_it_stops(self) -> QualitySettings:
        refuse_wrong_ages(self.warn_after, self.error_after)
        for name in ("bad_rows", "bad_emails", "doubled"):
            if getattr(self, f"{name}_warn") > getattr(self, f"{name}_error"):
                raise ValueError(f"{name}_warn is above {name}_error")
        if self.least_runs > self.baseline_runs:
            raise ValueError("least_runs is above baseline_runs")
        return self
