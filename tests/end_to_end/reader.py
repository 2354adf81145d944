"""Reads every live warehouse below a folder, over and over, until it is told to stop: `python reader.py FOLDER`.

Prints one line of JSON per different thing seen: the state of a warehouse, or the error that a reader met.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

WHOLE = """
select
    (select count(*) from settings.parameters) as parameters,
    (select count(*) from information_schema.tables where table_schema = 'marts') as marts,
    (select count(*) from marts.customer_segments) - (select sum(customers)::bigint from marts.segment_metrics) as lost,
    (select count(*) from marts.customer_360) - (select count(*) from marts.dim_customers) as without_a_row,
    (select count(*) from ops.runs where status = 'running') as running,
    (select count(*) from marts.fct_orders) as orders,
    (select sum(cast(hash(c) as hugeint))::varchar from marts.customer_360 c) as customers
"""
folder = Path(sys.argv[1])
said: set[str] = set()
while not (folder / "stop").exists():
    for file in folder.glob("*/warehouse/live.duckdb"):
        try:
            with duckdb.connect(str(file), read_only=True, config={"threads": 1}) as connection:
                seen = connection.sql(WHOLE).to_arrow_table().to_pylist()[0]
        except duckdb.Error as error:
            seen = {"error": str(error)}
        line = json.dumps({"shop": file.parent.parent.name, **seen})
        if line not in said:
            said.add(line)
            print(line, flush=True)
    time.sleep(0.05)
