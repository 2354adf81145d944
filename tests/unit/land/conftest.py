"""A durable warehouse in a temporary folder, and a way to put rows into raw as a load."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from regulars import catalog
from regulars.engines.base import Engine, Session
from regulars.engines.duckdb import DuckDBEngine
from regulars.engines.journal import ledger_time
from regulars.engines.postgres import PostgresEngine
from regulars.land import ledger, raw
from regulars.land.desk import desk_for
from regulars.land.load import Target, stage
from regulars.settings import ShopSettings
from regulars.source_settings import Entity, SourceSettings

Land = Callable[..., ledger.Load]


@pytest.fixture(params=["duckdb", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An empty warehouse of each kind."""
    if request.param == "postgres":
        return PostgresEngine(request.getfixturevalue("warehouse_url"))
    engine = DuckDBEngine(tmp_path / "warehouse")
    engine.prepare()
    return engine


@pytest.fixture
def durable(engine: Engine) -> Iterator[Session]:
    """Its durable side."""
    with engine.durable() as session:
        yield session


@pytest.fixture
def land_rows(durable: Session) -> Land:
    """Lands rows, given as columns of text, with every column mapped to the field of its name."""

    def land(
        entity: Entity, columns: dict[str, list[str | None]], source: str = "shop", **settings: object
    ) -> ledger.Load:
        rows = len(next(iter(columns.values())))
        table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
        table = table.append_column("_row", pa.array(range(1, rows + 1), pa.int64()))
        fields = {name: f'"{name}"' for name in columns} | dict(settings.pop("fields", {}))  # type: ignore[call-overload]
        target = Target(source, entity, fields, SourceSettings(**settings), ShopSettings())  # type: ignore[arg-type]
        with durable.transaction():
            load = ledger.Load(ledger.next_load_id(durable), source, entity, "memory", "", 0, ledger_time(), rows=rows)
            raw.ensure_columns(durable, source, list(columns))
            with desk_for(durable, source) as desk:
                raw.append(desk.session, source, load.load_id, load.started_at, table.to_reader(), lambda done: None)
                load = stage(desk, load, target)
                desk.hand_over_received(load.load_id)
                desk.hand_over_staged(load.load_id, entity)
            ledger.enter(durable, load)
        return load

    return land


@pytest.fixture
def current(durable: Session) -> Callable[[str], list[dict[str, object]]]:
    """The current version of every staged record of an entity, in the order of loads and rows."""

    def rows(entity: Entity) -> list[dict[str, object]]:
        table = catalog.STAGED[entity]
        record_id = {"customers": "source_customer_id", "events": "event_id"}.get(entity, "order_id")
        sql = (
            f"select * from {table.name} t where not exists (select 1 from {catalog.SUPERSEDED.name} s"
            f" where s.entity = $1 and s.source = t.source and s.record_id = t.{record_id}"
            " and s.load_id = t._load_id and coalesce(s.row_number, t._row) = t._row) order by _load_id, _row"
        )
        return durable.query(sql, (table.name.split(".")[1],)).to_pylist()

    return rows  # type: ignore[return-value]
