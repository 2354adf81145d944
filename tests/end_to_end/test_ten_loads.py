"""Ten loads in any order and cut make the people that one load makes, and no golden id ever changes hands."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.end_to_end import doors

from regulars.pipeline import Request, run_pipeline
from regulars.settings import Settings
from regulars.source_settings import SourceSettings

LOADS = 10
ENTITIES = ("customers", "orders")


@dataclass
class Warehouse:
    """A warehouse that lands and resolves whatever lies in its folder."""

    folder: Path

    def deliver(self, name: str, rows: dict[str, list[str]], headers: dict[str, str]) -> None:
        """One more file of each entity, and a resolution of all that has come."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for entity, lines in rows.items():
            (self.folder / f"{entity}_{name}.csv").write_text(headers[entity] + "".join(lines), encoding="utf-8")
        sources = {
            entity: SourceSettings(path=str(self.folder / f"{entity}_*.csv"), entity=entity) for entity in ENTITIES
        }
        settings = Settings(warehouse=str(self.folder / "warehouse"), sources=sources)
        run_pipeline(settings, Request(stages=["land", "resolve"]))

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query of the durable tables finds."""
        return doors.ask(self.folder / "warehouse" / "durable.duckdb", sql)

    def ids(self) -> dict[str, int]:
        """The golden id of every customer key."""
        return dict(self.ask("select customer_key, customer_id from identity.customer_keys"))

    def people(self) -> set[frozenset[str]]:
        """The keys of everyone."""
        found: dict[int, set[str]] = {}
        for key, customer_id in self.ids().items():
            found.setdefault(customer_id, set()).add(key)
        return {frozenset(keys) for keys in found.values()}

    def founded(self) -> dict[int, tuple[str, int]]:
        """Every id ever given: the key it was founded with, and the id that it leads to."""
        rows = self.ask("select customer_id, founding_key, coalesce(redirected_to, customer_id) from ops.identity_ids")
        assert len({row[0] for row in rows}) == len(rows)
        return {customer_id: (key, leads_to) for customer_id, key, leads_to in rows}


@pytest.fixture(scope="module")
def lines(shop_files: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The header and the rows of each file."""
    files = {entity: (shop_files / f"{entity}.csv").read_text(encoding="utf-8") for entity in ENTITIES}
    split = {entity: text.splitlines(keepends=True) for entity, text in files.items()}
    return {entity: rows[0] for entity, rows in split.items()}, {entity: rows[1:] for entity, rows in split.items()}


@pytest.fixture(scope="module")
def whole(lines: Any, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Everything in one load."""
    headers, rows = lines
    warehouse = Warehouse(tmp_path_factory.mktemp("whole"))
    warehouse.deliver("all", rows, headers)
    return warehouse


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_people_are_the_same_and_ids_stay_with_them(seed: int, lines: Any, whole: Warehouse, tmp_path: Path) -> None:
    headers, rows = lines
    chance = random.Random(seed)
    cuts: list[dict[str, list[str]]] = [{entity: [] for entity in ENTITIES} for _ in range(LOADS)]
    for entity in ENTITIES:
        for row in chance.sample(rows[entity], len(rows[entity])):
            cuts[chance.randrange(LOADS)][entity].append(row)
    warehouse, before = Warehouse(tmp_path), {}
    for number, cut in enumerate(cuts):
        warehouse.deliver(f"{number}", cut, headers)
        founded, ids = warehouse.founded(), warehouse.ids()
        assert all(founded[customer_id][0] == key for customer_id, (key, _) in before.items())
        for customer_id, (key, leads_to) in founded.items():
            assert ids[key] == leads_to <= customer_id
            assert founded[leads_to][1] == leads_to
        before = founded
    assert warehouse.people() == whole.people()
    assert any(leads_to != customer_id for customer_id, (_, leads_to) in before.items())
    matched = "select count(*) from identity.records where linked_by = 'match'"
    assert warehouse.ask(matched)[0][0] > 0 and whole.ask(matched)[0][0] > 0

    ids = warehouse.ids()
    warehouse.deliver("again", {entity: sorted(rows[entity]) for entity in ENTITIES}, headers)
    assert warehouse.ids() == ids
    assert warehouse.founded() == before


@pytest.mark.slow
def test_the_same_rows_in_a_new_warehouse_get_the_same_ids(lines: Any, whole: Warehouse, tmp_path: Path) -> None:
    headers, rows = lines
    other = Warehouse(tmp_path)
    shuffled = {entity: random.Random(3).sample(rows[entity], len(rows[entity])) for entity in ENTITIES}
    other.deliver("all", shuffled, headers)
    assert other.ids() == whole.ids()
    shutil.rmtree(tmp_path)
