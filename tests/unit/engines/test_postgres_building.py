"""What the planner of a build is told: what Python wrote a moment ago is no riddle to the models that read it."""

from __future__ import annotations

import pyarrow as pa

from regulars import catalog
from regulars.engines.postgres import PostgresEngine
from regulars.engines.postgres_session import PostgresSession
from regulars.parameters import write_parameters
from regulars.settings import Settings


def _known(session: PostgresSession, *tables: str) -> list[int]:
    """How many rows the planner takes each table for; -1 = it has never looked."""
    query = "select reltuples::bigint as rows from pg_class where oid = $1::regclass"
    return [int(session.query(query, (table,)).column(0)[0].as_py()) for table in tables]


def test_the_planner_knows_what_was_written_when_the_models_read_it(warehouse_url: str) -> None:
    engine = PostgresEngine(warehouse_url)
    keys = pa.table({"customer_key": [f"c{n}" for n in range(300)], "customer_id": list(range(300))})
    with engine.durable() as durable:
        durable.append(catalog.CUSTOMER_KEYS.name, keys)
    with engine.build(fresh=True) as build:
        write_parameters(build, Settings())
        assert _known(build, catalog.CUSTOMER_KEYS.name) == [300]
    written = ("settings__next.parameters", "settings__next.fx_rates")
    with engine.dbt_session(), engine.build() as build:
        # That no rate is known is worth knowing, and a durable table that is empty may not be for long.
        assert _known(build, *written) == [1, 0]
        assert _known(build, catalog.SUPERSEDED.name) == [-1]
        build.execute("insert into settings.horizons select n, false from generate_series(1, 500) as n")
    with engine.dbt_session(), engine.build() as build:
        assert _known(build, "settings__next.horizons")[0] > 500
