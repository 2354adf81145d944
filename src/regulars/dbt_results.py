"""What came of dbt's models and tests, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelResult:
    """A model that was built, and how long it took."""

    name: str
    schema: str
    seconds: float


@dataclass(frozen=True)
class CheckResult:
    """What one test of the tables found.

    Attributes:
        name: The test.
        model: The model it is about; empty when it is about several.
        severity: error or warn.
        status: pass, warn, fail or error.
        failures: Number of failing rows.
        message: What dbt says; empty when the test passed.
        sample: A few of the failing rows in words; empty when there are none.
        group: The folder of such checks, as `drift`; empty for others.
    """

    name: str
    model: str
    severity: str
    status: str
    failures: int
    message: str
    sample: str
    group: str = ""
