"""Lineage is off until somebody names a receiver, in the settings or in OpenLineage's own way."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.errors import SettingsError
from regulars.lineage.sending import Sender, client_of, is_on
from regulars.lineage_settings import LineageSettings
from regulars.settings import load_settings


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No receiver is named anywhere."""
    for name in ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_it_is_off_by_default() -> None:
    assert not is_on(LineageSettings())


def test_either_way_of_naming_a_receiver_turns_it_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert is_on(LineageSettings(url="http://marquez:5000")) and is_on(LineageSettings(file=Path("events.jsonl")))
    (tmp_path / "openlineage.yml").write_text("transport: {type: noop}\n")
    assert is_on(LineageSettings())
    (tmp_path / "openlineage.yml").unlink()
    monkeypatch.setenv("OPENLINEAGE_URL", "http://marquez:5000")
    assert is_on(LineageSettings())
    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    assert not is_on(LineageSettings(url="http://marquez:5000"))


def test_its_own_variables_name_the_transport(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__TYPE", "file")
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__LOG_FILE_PATH", str(tmp_path / "events.jsonl"))
    monkeypatch.setenv("OPENLINEAGE__TRANSPORT__APPEND", "true")
    assert is_on(LineageSettings())
    assert type(client_of(LineageSettings()).transport).__name__ == "FileTransport"


def test_an_address_that_cannot_be_one_is_told_without_it() -> None:
    with pytest.raises(SettingsError, match="receiver of lineage cannot be used") as refused:
        client_of(LineageSettings(url="hunter2"))
    assert "hunter2" not in str(refused.value)


def test_what_cannot_be_used_is_told_in_the_log_and_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    sender = Sender(LineageSettings(url="hunter2"))
    sender.send(lambda: pytest.fail("nobody makes an event for nobody"))
    assert sender.close() == "" and "Mend [lineage]" in caplog.text and "hunter2" not in caplog.text


def test_a_key_does_not_stand_in_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "regulars.toml"
    file.write_text('[lineage]\nurl = "http://marquez:5000"\napi_key = "hunter2"\n')
    with pytest.raises(SettingsError, match="env:NAME") as refused:
        load_settings(file)
    assert "hunter2" not in str(refused.value)
