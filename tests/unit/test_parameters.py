"""The settings as tables: complete, typed, and refused in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from regulars.engines.duckdb import DuckDBEngine
from regulars.errors import SettingsError
from regulars.parameters import write_parameters
from regulars.settings import PolicySettings, RfmSettings, Settings, ShopSettings

Written = Callable[[Settings, str], list[dict[str, Any]]]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    with engine.build(fresh=True):
        pass

    def rows(settings: Settings, sql: str) -> list[dict[str, Any]]:
        with engine.build() as build:
            write_parameters(build, settings)
            return build.query(sql).to_pylist()

    return rows


def test_there_is_one_row_of_parameters_however_often_it_is_written(written: Written) -> None:
    for map_name, bins in (("eleven", 5), ("seven", 4)):
        settings = Settings(rfm=RfmSettings(map=map_name, as_of=dt.date(2025, 1, 31)))
        [row] = written(settings, "select * from settings.parameters")
        assert (row["segment_map"], row["bins"], row["as_of"]) == (map_name, bins, dt.date(2025, 1, 31))


def test_cut_points_are_those_of_the_map_in_rising_order(written: Written) -> None:
    found = written(Settings(rfm=RfmSettings(map="eight")), "select * from settings.cut_points order by position")
    assert [(row["metric"], row["cut"]) for row in found] == [("recency", Decimal(cut)) for cut in (30, 60, 90, 180)]


def test_words_of_the_settings_go_over_the_shipped_ones(written: Written) -> None:
    settings = Settings(policy=PolicySettings(status_words={" Geliefert ": "completed", "paid": "test"}))
    found = written(settings, "select word, status from settings.status_words")
    words = {row["word"]: row["status"] for row in found}
    assert (words["geliefert"], words["paid"], words["cancelled"]) == ("completed", "test", "cancelled")
    assert len(words) == len(found)


def test_exchange_rates_keep_their_decimals(written: Written, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("date,currency,rate\n2025-01-31,usd,0.79123456\n2025-02-01,USD,0.8\n")
    settings = Settings(shop=ShopSettings(currency="GBP"), policy=PolicySettings(fx_file=file))
    found = written(settings, "select * from settings.fx_rates order by rate_date")
    assert found[0] == {"rate_date": dt.date(2025, 1, 31), "currency": "USD", "rate": Decimal("0.79123456")}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "must have the columns date,currency,rate"),
        ("day,currency,rate\n2025-01-31,USD,1\n", "must have the columns date,currency,rate"),
        ("date,currency,rate\n31/01/2025,USD,1\n", "dates as 2025-01-31"),
        ("date,currency,rate\n2025-01-31,USD,one\n", "cannot be used"),
        ("date,currency,rate\n2025-01-31,USD,1\n2025-01-31,usd,2\n", "two rates for one day and currency"),
        ("date,currency,rate\n2025-01-31,USD,1\n2025-01-31, USD,2\n", "two rates for one day and currency"),
        ("date,currency,rate\n2025-01-31,USD,0\n", "not above zero"),
        ("date,currency,rate\n2025-01-31,USD,-0.9\n", "not above zero"),
        ("date,currency,rate\n2025-01-31,USD,\n", "rate is missing"),
        ("date,currency,rate\n,USD,0.9\n", "without a date"),
    ],
)
def test_a_file_of_rates_that_cannot_be_used_is_refused(
    written: Written, tmp_path: Path, content: str | None, message: str
) -> None:
    file = tmp_path / "rates.csv"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=message):
        written(Settings(shop=ShopSettings(currency="GBP"), policy=PolicySettings(fx_file=file)), "select 1")


def test_rates_without_a_currency_that_they_are_in_are_refused(written: Written, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("date,currency,rate\n2025-01-31,USD,0.8\n")
    with pytest.raises(SettingsError, match='currency = "EUR"'):
        written(Settings(policy=PolicySettings(fx_file=file)), "select 1")
