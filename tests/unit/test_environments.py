"""An environment is what differs: over the file, under the variables; its mistakes are told with its name."""

from pathlib import Path

import pytest

from regulars.errors import SettingsError
from regulars.settings import load_settings

FILE = """
warehouse = "here"
[rfm]
window_days = 90
map = "ten"
[sources.orders]
path = "orders.csv"
entity = "orders"
[environments.dev]
[environments.prod]
warehouse = "there"
rfm = { window_days = 180 }
[environments.prod.sources.orders]
path = "s3://shop/orders.csv"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "regulars.toml"
    path.write_text(FILE)
    return path


def test_an_environment_changes_what_it_names_and_nothing_else(file: Path) -> None:
    plain, dev, prod = load_settings(file), load_settings(file, "dev"), load_settings(file, "prod")
    assert (plain.environment, dev.environment, prod.environment) == ("", "dev", "prod")
    assert dev.model_dump() == plain.model_dump()
    assert (prod.warehouse, prod.rfm.window_days, prod.rfm.map) == ("there", 180, "ten")
    assert (prod.sources["orders"].path, prod.sources["orders"].entity) == ("s3://shop/orders.csv", "orders")
    assert plain.warehouse == "here"


def test_the_variable_chooses_an_environment_and_the_argument_wins_over_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_ENV", "prod")
    assert load_settings(file).warehouse == "there"
    assert load_settings(file, "dev").warehouse == "here"


def test_variables_win_over_an_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_WAREHOUSE", "elsewhere")
    monkeypatch.setenv("REGULARS_RFM__MAP", "six")
    prod = load_settings(file, "prod")
    assert (prod.warehouse, prod.rfm.map, prod.rfm.window_days) == ("elsewhere", "six", 180)


def test_an_unknown_environment_is_told_those_there_are(file: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"There is no environment `production` .* It has: dev, prod\. Name one"):
        load_settings(file, "production")
    bare = tmp_path / "bare.toml"
    bare.write_text("")
    with pytest.raises(SettingsError, match=r"It has none\..*\[environments\.prod\]"):
        load_settings(bare, "prod")


def test_mistakes_in_every_environment_are_told_once_and_with_their_place(file: Path) -> None:
    file.write_text(
        FILE.replace('map = "ten"', "bins = 99") + '[environments.test]\ncolour = "red"\nrfm = { window_days = 0 }\n'
    )
    with pytest.raises(SettingsError) as error:
        load_settings(file, "prod")
    message = str(error.value)
    assert "3 problem(s)" in message
    assert "\n  rfm.bins: " in message
    assert "environments.test.colour: no such setting" in message
    assert "environments.test.rfm.window_days" in message


def test_with_environments_the_rest_of_the_file_need_not_be_whole(tmp_path: Path) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text('[sources.till]\nentity = "orders"\nsql = { url = "env:TILL" }\n')
    with pytest.raises(SettingsError, match="give either `table` or `query`"):
        load_settings(file)
    file.write_text(file.read_text() + '[environments.prod.sources.till.sql]\ntable = "orders"\n')
    assert load_settings(file, "prod").sources["till"].sql is not None
    with pytest.raises(SettingsError, match="give either `table` or `query`"):
        load_settings(file)


@pytest.mark.parametrize(
    ("content", "place"), [("environments = 3", "environments"), ("environments.a = 3", "environments.a")]
)
def test_an_environment_is_a_section(tmp_path: Path, content: str, place: str) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text(content)
    with pytest.raises(SettingsError, match=f"{place} in .* is no environment"):
        load_settings(file)
