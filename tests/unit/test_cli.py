"""Every command explains itself, and ends with the exit code that its end deserves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from tests.unit.conftest import Published
from typer.testing import CliRunner

from regulars import __version__
from regulars.cli import app
from regulars.engines.base import open_engine
from regulars.settings import Settings

Call = Callable[..., tuple[int, str, str]]


def _paths(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in getattr(group, "commands", {}).items():
        yield (*path, name)
        yield from _paths(command, (*path, name))


@pytest.mark.parametrize("path", [(), *_paths(typer.main.get_command(app))], ids=" ".join)
def test_every_command_says_what_it_is_for(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(app, [*path, "--help"])
    assert told.exit_code == 0
    command = typer.main.get_command(app)
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]
    assert command.help
    assert not [option.name for option in command.params if option.param_type_name == "option" and not option.help]  # type: ignore[attr-defined]


def test_the_version_is_printed(call: Call) -> None:
    assert call("--version") == (0, f"regulars {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("run",), 2, "There is nothing to work on"),
        (("run", "absent.csv"), 2, "absent.csv"),
        (("run", "--stage", "polish"), 2, "There is no stage `polish`"),
        (("run", "--stage", "learn"), 2, "of a build in flight"),
        (("run", "--k", "many"), 2, "clusters"),
        (("status",), 2, "Nothing was ever run"),
        (("segments",), 3, "Nothing is published"),
        (("docs", "nothing"), 2, "There is no table `nothing`"),
        (("status", "-w", "mysql://shop"), 2, "No engine serves mysql://"),
        (("status", "--settings", "absent.toml"), 2, "There is no settings file"),
        (("run", "--window-days", "0"), 2, "window-days"),
        (("no-such-command",), 2, "no-such-command"),
    ],
)
def test_what_cannot_be_done_ends_with_its_code_and_its_repair(
    call: Call, words: tuple[str, ...], code: int, message: str
) -> None:
    ended, out, err = call(*words)
    assert (ended, out) == (code, "")
    assert message in err


def test_a_warehouse_that_another_run_holds_ends_with_four(call: Call, tmp_path: Path) -> None:
    engine = open_engine(Settings(warehouse=str(tmp_path / "held")))
    with engine.lock():
        ended, _, err = call("run", "-w", "held")
    assert ended == 4
    assert "is held by" in err


def test_init_writes_settings_that_hold_and_does_not_write_them_twice(call: Call) -> None:
    assert call("init", "shop")[0] == 0
    assert call("docs", "--json")[0] == 0
    code, _, err = call("init", "shop")
    assert (code, "is there already" in err) == (2, True)
    assert call("sources", "list", "--settings", "shop/regulars.toml")[0] == 0


def test_what_is_published_can_be_looked_at(call: Call, published: Published) -> None:
    there = ("-w", published.settings.warehouse)
    segments = json.loads(call("segments", "--json", *there)[1])
    assert sum(row["customers"] for row in segments) == 5
    assert "5 customers, 31 valid orders" in call("segments", *there)[1]
    [person] = json.loads(call("customer", "ann@example.org", "--json", *there)[1])
    assert len(person["records"]) >= 2
    assert "Bob =1+1" in call("customer", "3", *there)[1]
    [status] = json.loads(call("status", "--json", *there)[1])
    assert (status["status"], len(status["loads"])) == ("done", 2)
    assert "Newest loads" in call("status", *there)[1]
    assert [row["source"] for row in json.loads(call("sources", "list", "--json", *there)[1])] == [
        "customers",
        "orders",
    ]


def test_a_query_prints_rows_and_says_when_there_are_more(call: Call, published: Published) -> None:
    there = ("-w", published.settings.warehouse)
    code, out, err = call("sql", "select customer_id from customer_360 order by 1", "--limit", "2", "--json", *there)
    assert (code, [row["customer_id"] for row in json.loads(out)]) == (0, [100000001, 100000002])
    assert "Only the first 2" in call("sql", "from customer_360", "--limit", "2", *there)[2]
    assert call("sql", "drop table marts.customer_360", *there)[0] == 2
    assert err == ""


def test_an_export_says_how_many_it_wrote(call: Call, published: Published, tmp_path: Path) -> None:
    code, out, _ = call("export", "all.parquet", "-w", published.settings.warehouse)
    words = f"5 customers written to all.parquet, data through {published.queries.basis().data_through}"
    assert (code, words in out) == (0, True)
    assert (tmp_path / "all.parquet").exists()


def test_a_preview_shows_the_mapping_and_lands_nothing(call: Call, published: Published, tmp_path: Path) -> None:
    code, out, _ = call("sources", "preview", str(published.folder / "orders.csv"))
    assert code == 0
    assert "orders of source" in out and "ordered_at" in out
    assert list(tmp_path.iterdir()) == []


def test_a_command_says_in_which_environment_it_works(call: Call, published: Published, tmp_path: Path) -> None:
    where = published.settings.warehouse
    (tmp_path / "regulars.toml").write_text(f'[environments.dev]\n[environments.prod]\nwarehouse = "{where}"\n')
    [status] = json.loads(call("status", "--env", "prod", "--json")[1])
    assert (status["environment"], status["warehouse"], status["status"]) == ("prod", where, "done")
    assert f"Environment prod, warehouse {where}" in call("status", "--env", "prod")[1].replace("\n", "")
    assert call("segments", "--env", "prod")[0] == 0
    code, _, told = call("run", "absent.csv", "--env", "dev")
    assert code == 2 and "Environment dev, warehouse warehouse" in told
    code, _, told = call("status", "--env", "production")
    assert code == 2 and "There is no environment `production`" in told and "It has: dev, prod" in told


def test_a_machine_reads_json_and_nothing_else_from_stderr(call: Call, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,customer_id,ordered_at,amount\no1,1,2025-01-01,10\n")
    code, _, err = call("--log-format", "json", "land", "orders.csv", "nothing.csv")
    lines = [json.loads(line) for line in err.splitlines()]
    assert code == 2 and lines[-1]["exit_code"] == 2 and "nothing.csv" in lines[-1]["message"]
    assert lines[0]["message"] == "The run begins: land" and len({line["run_id"] for line in lines[:-1]}) == 1
    code, _, err = call("land", "nothing.csv")
    assert code == 2 and err.startswith("Error: ")
