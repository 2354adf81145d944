"""An erasure from a PostgreSQL warehouse: nothing is left in any row of any table, or in the database's own files."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end import doors
from tests.end_to_end.erasing import EMAIL, TEXTS, write_shop
from tests.servers import Postgres

from regulars.engines.base import open_engine
from regulars.settings import Settings

LAND_AND_BUILD = ("--stage", "land", "--stage", "resolve", "--stage", "build")


def test_all_of_it_on_postgres(server: Postgres, tmp_path: Path) -> None:
    folder, url = tmp_path / "shop", server.new_database()
    folder.mkdir()
    write_shop(folder)
    here = ("-w", url)
    assert doors.command("run", "-q", *here, folder=folder).exit_code == 0
    assert _on_postgres(url)
    assert _in_files(server, url)
    done = doors.command("forget", EMAIL, "--yes", "-q", *here, folder=folder)
    assert done.exit_code == 0, done.output + done.errors
    assert _on_postgres(url) == []
    assert _in_files(server, url) == []
    done = doors.command("run", "-q", "--full-refresh", *LAND_AND_BUILD, *here, folder=folder)
    assert done.exit_code == 0, done.errors
    assert _on_postgres(url) == []


def _in_files(server: Postgres, url: str) -> list[str]:
    """In which of the database's own files a text stands; the write-ahead log is beside them."""
    name = url.rpartition("/")[2]
    [(oid,)] = server.run("checkpoint", f"select oid::bigint from pg_database where datname = '{name}'")
    found = []
    for file in sorted((server.folder / "data" / "base" / str(oid)).iterdir()):
        content = file.read_bytes().lower()
        found += [f"{file.name}: {text}" for text in TEXTS if len(text) > 6 and text.lower().encode() in content]
    return found


def _on_postgres(url: str) -> list[str]:
    """Where any of the texts stands, in any row of any table that the database has, statistics of columns too."""
    found = []
    with open_engine(Settings(warehouse=url)).durable() as session:
        tables = session.query(
            "select table_schema::text as schema, table_name::text as name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema not in ('information_schema', 'pg_catalog')"
        ).to_pylist()
        stands = " or ".join(f"strpos(lower(t::text), '{text.lower()}') > 0" for text in TEXTS)
        for table in tables:
            rows = session.query(f'select 1 as one from "{table["schema"]}"."{table["name"]}" as t where {stands}')
            found += [f"{table['schema']}.{table['name']}"] * rows.num_rows
        samples = session.query(
            "select 'sample of ' || schemaname || '.' || tablename || '.' || attname as place"
            f" from pg_stats as t where {stands}"
        )
        found += samples.column(0).to_pylist()
    return found
