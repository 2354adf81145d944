"""What options mean that several commands share."""

import datetime as dt

import pytest
import typer
from typer.testing import CliRunner

from regulars.cli_options import AsOf, day_of
from regulars.settings import Settings, overridden

SHOP = overridden(Settings(), shop={"timezone": "America/New_York"})


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-01-02", "2026-01-02"),
        ("2026-01-02T04:59:59+00:00", "2026-01-01"),
        ("2026-01-02T05:00:00.000001+00:00", "2026-01-02"),
        ("2026-01-02T00:00:00-0500", "2026-01-02"),
        ("2026-07-02T04:00:00Z", "2026-07-02"),
    ],
)
def test_a_day_is_itself_and_a_moment_is_the_day_that_the_shop_has_then(written: str, day: str) -> None:
    app, days = typer.Typer(), []

    @app.command()
    def told(as_of: AsOf = None) -> None:
        days.append(day_of(as_of, SHOP))

    assert CliRunner().invoke(app, ["--as-of", written]).exit_code == 0
    assert days == [dt.date.fromisoformat(day)]


def test_a_moment_without_its_zone_is_refused() -> None:
    app = typer.Typer()

    @app.command()
    def told(as_of: AsOf = None) -> None:
        raise AssertionError(as_of)

    assert CliRunner().invoke(app, ["--as-of", "2026-01-02T05:00:00"]).exit_code == 2
