"""`init` on a database: what it says, what it makes, and the script that it prints instead."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from tests.servers import PASSWORD, Postgres

Call = Callable[..., tuple[int, str, str]]


def test_a_database_is_made_ready_once_or_again(call: Call, server: Postgres) -> None:
    url = server.new_database()
    for _ in range(2):
        code, output, errors = call("init", "-w", url)
        assert (code, errors) == (0, "")
        assert "gave regulars_loader, regulars_builder, regulars_reader, regulars_server their rights" in output
        assert PASSWORD not in output


def test_the_script_is_printed_and_nothing_is_touched(call: Call) -> None:
    code, output, _ = call("init", "-w", "postgresql://ann:sesame@nowhere.invalid/shop", "--print-sql")
    assert code == 0
    assert "create role regulars_reader nologin" in output
    assert "create table staging.orders" in output
    assert "sesame" not in output


def test_a_folder_needs_no_script(call: Call) -> None:
    code, _, errors = call("init", "-w", "shop", "--print-sql")
    assert (code, "needs no SQL" in errors) == (2, True)
    assert call("init", "-w", "shop")[0] == 0


def test_a_missing_driver_is_told_with_its_extra(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    code, _, errors = call("status", "-w", "postgresql://ann@nowhere.invalid/shop")
    assert code == 2
    assert "pip install 'regulars[postgres]'" in errors.replace("\n", " ")
