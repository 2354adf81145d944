"""The bytes of deleted rows are in the file until it is written anew; then neither the new nor the old one has them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from regulars.engines.duckdb_scrubbing import clear_away, overwrite, rewrite, take_the_place

SECRET = b"anna.secret@rarepost.example"


def _with_deleted_rows(path: Path) -> None:
    connection = duckdb.connect(str(path))
    connection.execute("create schema raw")
    connection.execute("create table raw.shop as select i, md5(i::varchar) as text from range(50000) r(i)")
    connection.execute("create view raw.few as select i from raw.shop where i < 10")
    # Incompressible neighbours, so that the text lies in the file as it is.
    connection.execute(
        "insert into raw.shop select 60000 + i, $1 || md5(i::varchar) from range(3000) r(i)", [SECRET.decode()]
    )
    connection.execute("checkpoint")
    connection.execute("delete from raw.shop where i >= 60000")
    connection.execute("checkpoint")
    connection.close()


def test_a_checkpoint_leaves_deleted_bytes_and_a_rewrite_does_not(tmp_path: Path) -> None:
    old, fresh = tmp_path / "old.duckdb", tmp_path / "fresh.duckdb"
    _with_deleted_rows(old)
    assert SECRET[:12] in old.read_bytes()
    held = old.open("rb")
    connection = duckdb.connect(str(old))
    rewrite(connection, fresh)
    connection.close()
    take_the_place(fresh, old)
    assert not fresh.exists()
    assert SECRET[:12] not in old.read_bytes()
    # Whoever kept the old file open reads zeros.
    assert set(held.read()) == {0}
    held.close()
    with duckdb.connect(str(old), read_only=True) as again:
        assert again.execute("select count(*), max(i) from raw.shop").fetchall() == [(50000, 49999)]
        assert again.execute("select count(*) from raw.few").fetchall() == [(10,)]


def test_what_was_left_half_way_is_replaced(tmp_path: Path) -> None:
    old, fresh = tmp_path / "old.duckdb", tmp_path / "fresh.duckdb"
    _with_deleted_rows(old)
    fresh.write_bytes(b"half")
    with duckdb.connect(str(old)) as connection:
        rewrite(connection, fresh)
    with duckdb.connect(str(fresh), read_only=True) as found:
        assert found.execute("select count(*) from raw.shop").fetchall() == [(50000,)]


def test_leavings_of_killed_runs_go_and_the_rest_stays(tmp_path: Path) -> None:
    for name in ("durable.duckdb", "live.duckdb", "build.duckdb", "build.duckdb.wal"):
        (tmp_path / name).write_bytes(b"x")
    for name in ("spill", "workbench-1", "models"):
        (tmp_path / name).mkdir()
    clear_away(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["durable.duckdb", "live.duckdb", "models"]


def test_a_file_is_zeroed_before_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "erasing.json"
    path.write_bytes(SECRET * 100_000)
    with path.open("rb") as held:
        overwrite(path)
        assert set(held.read()) == {0}
    assert not path.exists()
    overwrite(path)
