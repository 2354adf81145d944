"""Back-up and restore as docs/operations.md writes them: the commands of that page, on a folder and on servers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.end_to_end import doors
from tests.servers import PASSWORD, Postgres, postgres

from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.postgres import PostgresEngine
from regulars.engines.postgres_roles import ROLES


@pytest.fixture(scope="module")
def commands(repository: Path) -> list[str]:
    """The commands of the page's shell blocks."""
    page = (repository / "docs" / "operations.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def shop(shop_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose first half of orders is published."""
    folder = tmp_path_factory.mktemp("shop")
    lines = (shop_files / "orders.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    half = len(lines) // 2
    (folder / "orders_1.csv").write_text("".join(lines[:half]), encoding="utf-8")
    (folder / "later.csv").write_text(lines[0] + "".join(lines[half:]), encoding="utf-8")
    shutil.copy(shop_files / "customers.csv", folder)
    done = doors.command("run", "-q", "customers.csv", "orders_1.csv", folder=folder)
    assert done.exit_code == 0, done.errors
    return folder


def test_a_copied_folder_goes_on_as_the_original_does(shop: Path, commands: list[str], tmp_path: Path) -> None:
    [plain, held] = [line for line in commands if "cp -a warehouse" in line]
    backup = tmp_path / "backup"
    backup.mkdir()
    for name, line in (("plain", plain), ("held", held)):
        command = line.replace("/backup/warehouse-2026-01-01", str(backup / name))
        subprocess.run(command, shell=True, cwd=shop, check=True)
    with DuckDBEngine(shop / "warehouse").lock():
        refused = subprocess.run(held, shell=True, cwd=shop, check=False, capture_output=True)
    assert refused.returncode == 1 and not refused.stderr, "a copy must not begin while a run goes on"

    before = doors.marts(shop / "warehouse")
    assert doors.command("run", "-q", "later.csv", folder=shop).exit_code == 0
    after = doors.marts(shop / "warehouse")
    assert doors.different(before, after)
    for name in ("plain", "held"):
        assert doors.different(doors.marts(backup / name), before) == []
    shutil.rmtree(shop / "warehouse")
    shutil.move(backup / "held", shop / "warehouse")
    assert doors.command("segments", folder=shop).exit_code == 0
    assert doors.command("run", "-q", "later.csv", folder=shop).exit_code == 0
    assert doors.different(doors.marts(shop / "warehouse"), after) == []
    assert doors.unaccounted(shop / "warehouse") == []


@pytest.fixture(scope="module")
def server(shop: Path) -> Iterator[Postgres]:
    """A server whose database `regulars` is a warehouse with its roles, published by the first of two runs."""
    with postgres() as running:
        running.run(
            f"create role regulars login createrole password '{PASSWORD}'",
            "create database regulars owner regulars",
            "revoke connect on database regulars from public",
        )
        PostgresEngine(_warehouse(running)).set_up()
        running.run(f"grant {', '.join(ROLES)} to regulars")
        done = doors.command("run", "-q", "customers.csv", "orders_1.csv", "-w", _warehouse(running), folder=shop)
        assert done.exit_code == 0, done.errors
        yield running


def test_a_dump_restored_on_another_server_has_every_row_owner_and_right_and_goes_on(
    server: Postgres, shop: Path, commands: list[str], tmp_path: Path
) -> None:
    dump, roles, make_roles, restore, make_beside, restore_beside = _of_postgres(commands)
    folder = tmp_path
    _shell(dump, server, folder)
    _shell(roles, server, folder)
    with postgres() as other:
        # The administrator is there already, and psql goes on.
        _shell(make_roles, other, folder)
        for line in (restore, make_beside, restore_beside):
            _shell(line, other, folder)
        before, after = _contents(server), _contents(other)
        assert len(before) > 40 and sum(rows for rows, _ in before.values()) > 1000
        assert after == before
        assert _contents(other, "regulars_restored") == before
        assert _rights(other) == _rights(server)
        # Who came in before with this password comes in now, and sees what a reader may see and nothing else.
        assert _ask(other, "select current_user", user="regulars") == [("regulars",)]
        assert _ask(other, "set role regulars_loader; select count(*) > 0 from staging.orders", user="regulars") == [
            (True,)
        ]
        with pytest.raises(subprocess.CalledProcessError):
            _ask(other, "set role regulars_reader; select count(*) from staging.orders")
        assert _ask(other, "set role regulars_reader; select count(*) > 0 from marts.customer_360") == [(True,)]

        shown = [doors.command("segments", "--json", "-w", _warehouse(at), folder=shop) for at in (server, other)]
        assert shown[0].rows and shown[0].rows == shown[1].rows
        for at in (server, other):
            assert doors.command("run", "-q", "later.csv", "-w", _warehouse(at), folder=shop).exit_code == 0
        shown = [doors.command("segments", "--json", "-w", _warehouse(at), folder=shop) for at in (server, other)]
        assert shown[0].rows and shown[0].rows == shown[1].rows


def test_the_first_script_of_the_container_makes_databases_that_only_their_owners_enter(
    server: Postgres, repository: Path
) -> None:
    with postgres() as fresh:
        passwords = {"REGULARS_DB_PASSWORD": "one's own", "AIRFLOW_DB_PASSWORD": PASSWORD}
        environment = _environment(fresh) | passwords | {"POSTGRES_USER": "shop", "PGDATABASE": "postgres"}
        script = repository / "docker" / "postgres-init.sh"
        subprocess.run(["sh", script], env=environment, check=True, capture_output=True)
        owners = dict(
            fresh.run("select datname, pg_get_userbyid(datdba) from pg_database where datname !~ 'template|postgres'")
        )
        assert owners == {"regulars": "regulars", "airflow": "airflow"}
        assert _ask(fresh, "select current_user", user="airflow", database="airflow") == [("airflow",)]
        assert _ask(fresh, "select 1", user="regulars", password="one's own") == [("1",)]
        with pytest.raises(subprocess.CalledProcessError) as refused:
            _ask(fresh, "select 1", user="airflow", database="regulars")
        assert "permission denied for database" in refused.value.stderr


def _warehouse(server: Postgres) -> str:
    return server.address(database="regulars").replace("shop:", "regulars:")


def _of_postgres(commands: list[str]) -> list[str]:
    starts = ("pg_dump ", "pg_dumpall ", "psql ", "pg_restore ", "createdb ", "pg_restore ")
    found = [line for line in commands if line.startswith(starts)]
    assert [line.split()[0] for line in found] == [start.strip() for start in starts]
    return found


def _environment(server: Postgres) -> dict[str, str]:
    path = os.pathsep.join([str(server.binaries), os.environ["PATH"]])
    return {
        "PATH": path,
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": PASSWORD,
        "ADMINISTRATOR_URL": server.url,
        "RESTORED_URL": server.address(database="regulars_restored"),
        "REGULARS_WAREHOUSE": _warehouse(server),
    }


def _shell(line: str, server: Postgres, folder: Path) -> None:
    done = subprocess.run(
        line, shell=True, cwd=folder, env=_environment(server), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{line}\n{done.stderr}"


def _ask(
    server: Postgres, sql: str, user: str = "shop", database: str = "regulars", password: str = PASSWORD
) -> list[tuple[str | bool, ...]]:
    """The rows of the last statement, as psql prints them."""
    words = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", user, "-d", database, "-c", sql]
    done = subprocess.run(
        words, env=_environment(server) | {"PGPASSWORD": password}, check=True, capture_output=True, text=True
    )
    values: dict[str, str | bool] = {"t": True, "f": False}
    return [tuple(values.get(value, value) for value in line.split("|")) for line in done.stdout.splitlines()]


def _contents(server: Postgres, database: str = "regulars") -> dict[str, tuple[int, str]]:
    """Per table its rows and a hash over all of them."""
    tables = "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname !~ '^pg_|information'"
    found = {}
    for (table,) in _ask(server, tables, database=database):
        sql = f"select count(*), md5(string_agg(t::text, '' order by t::text)) from {table} t"
        [(rows, content)] = _ask(server, sql, database=database)
        found[str(table)] = (int(rows), str(content))
    return found


def _sorted(rights: str) -> str:
    """Rights as text, whatever the order in which they were given."""
    return f"(select array_agg(item::text order by item::text) from unnest({rights}) as item)::text"


def _rights(server: Postgres) -> list[tuple[str | bool, ...]]:
    """Owners and rights of the database, its schemas and tables, the default rights, and who may act as which role."""
    return _ask(
        server,
        f"select 'schema', nspname, pg_get_userbyid(nspowner), {_sorted('nspacl')}"
        " from pg_namespace where nspname !~ '^pg_'"
        f" union all select 'table', oid::regclass::text, pg_get_userbyid(relowner), {_sorted('relacl')}"
        " from pg_class where relkind in ('r', 'v') and relnamespace::regnamespace::text !~ '^pg_|information'"
        f" union all select 'database', datname, pg_get_userbyid(datdba), {_sorted('datacl')} from pg_database"
        " where datname = 'regulars'"
        " union all select 'default', defaclnamespace::regnamespace::text, pg_get_userbyid(defaclrole),"
        f" {_sorted('defaclacl')}"
        " from pg_default_acl"
        " union all select 'member', roleid::regrole::text, member::regrole::text, null from pg_auth_members"
        " where roleid::regrole::text !~ '^pg_' order by 1, 2, 3",
    )
