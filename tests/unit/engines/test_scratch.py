"""A scratch database is there, is bounded, and is gone."""

from __future__ import annotations

import pytest

from regulars.engines.scratch import scratch_database
from regulars.errors import WarehouseError


def test_nothing_is_left_behind(tmp_path) -> None:
    with scratch_database(tmp_path, threads=1, memory_limit="200MB") as connection:
        connection.execute("create table numbers as select range as n from range(1000)")
        assert connection.sql("select current_setting('threads')").fetchall() == [(1,)]
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_too_little_memory_is_told_with_the_repair(tmp_path) -> None:
    with (
        pytest.raises(WarehouseError, match="Raise `memory_limit`"),
        scratch_database(tmp_path, threads=1, memory_limit="10MB") as connection,
    ):
        connection.execute("set max_temp_directory_size = '1MB'")
        connection.execute("select list(range || repeat('x', 1000)) from range(1000000)").fetchall()
