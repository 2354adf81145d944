"""`regulars demo-sources` says what lies where, and changes nothing when it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from regulars.cli import app
from regulars.errors import InputError, SettingsError
from regulars.settings import load_settings


def _spread(*words: str) -> str:
    told = CliRunner().invoke(app, ["demo-sources", *words, "--customers", "30"])
    if told.exception is not None:
        raise told.exception
    return " ".join(told.stderr.split())


def test_it_says_what_lies_where_and_the_settings_can_be_read(tmp_path: Path) -> None:
    said = _spread(str(tmp_path / "shop"), "--api", "http://127.0.0.1:8900")
    assert "purchases in the API" in said
    assert "orders in a file" in said
    assert "regulars extract" in said
    sources = load_settings(tmp_path / "shop" / "regulars.toml").sources
    assert sources["tills"].rest is not None
    assert sources["web_shop"].path == "orders.csv"


def test_a_password_or_another_shop_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--postgres env:SHOP_POSTGRES"):
        _spread(str(tmp_path / "shop"), "--postgres", "postgresql://me:hunter2@db/shop")
    assert not (tmp_path / "shop").exists()
    _spread(str(tmp_path / "shop"))
    before = {file.name: file.read_bytes() for file in (tmp_path / "shop").iterdir()}
    with pytest.raises(InputError, match="Name another folder"):
        _spread(str(tmp_path / "shop"), "--seed", "8")
    assert {file.name: file.read_bytes() for file in (tmp_path / "shop").iterdir()} == before
