"""What dbt reads of the durable side, written to the lake as Parquet: only what has changed since it was last written.

Nothing of a table is looked at twice by Spark's workers, which cannot read the embedded file: it goes there as it is.
Staging tables grow load by load, so they go in bundles of loads, and a bundle that is as it was stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from regulars import catalog
from regulars.engines.base import Session
from regulars.engines.lake import Lake
from regulars.engines.lake_catalog import LakeTable, spark_type

_FOLDER = "durable"
_LOADS_IN_A_BUNDLE = 64
# Numbers that hold all values of a row, to be added up in any order, as each engine that can be the home makes them.
_HASH = {"duckdb": "hash(t)", "postgres": "cast(('x' || substr(md5(cast(t as text)), 1, 15)) as bit(60))::bigint"}
# What the models and their checks read (sources.yml).
TABLES = (
    catalog.CUSTOMER_RECORDS,
    catalog.ORDERS,
    catalog.ORDER_LINES,
    catalog.EVENTS,
    catalog.SUPERSEDED,
    catalog.IDENTITY_RECORDS,
    catalog.CUSTOMER_KEYS,
    catalog.IDENTITY_MATCHES,
    catalog.IDENTITY_RESOLUTION,
    catalog.IDENTITY_CHANGES,
    catalog.LOADS,
    catalog.SEGMENT_RESTATEMENTS,
    catalog.REJECTED_ROWS,
    catalog.RUN_PROFILES,
    catalog.CHECK_RESTARTS,
)


def export_durable(durable: Session, lake: Lake) -> dict[str, LakeTable]:
    """Brings the lake's copy up to date and returns where its tables lie.

    A table of the lake is the folder `durable/<schema>.<table>`; each file of it is one bundle of loads, named by the
    bundle and by a fingerprint of all of its values. So a table that was restaged, or from which a person was erased,
    is written again, and what is gone is deleted.

    Args:
        durable: The durable side, open.
        lake: Where to.
    """
    tables = {}
    for table in TABLES:
        folder = f"{_FOLDER}/{table.name}"
        present = {name.removesuffix(".parquet") for name in lake.folders(folder)}
        wanted = dict(_bundles(durable, table))
        for name in present - wanted.keys():
            lake.remove_file(f"{folder}/{name}.parquet")
        for name in sorted(wanted.keys() - present):
            rows = durable.stream(f"select {', '.join(table.column_names)} from {table.name} where {wanted[name]}")
            lake.write(folder, name, rows)
        tables[table.name] = LakeTable(folder, {name: spark_type(kind) for name, kind in table.columns})
    return tables


def _bundles(durable: Session, table: catalog.Table) -> Iterator[tuple[str, str]]:
    """The name of each file that the table shall have, and the condition of its rows."""
    is_by_load = "_load_id" in table.column_names
    # The first load of the bundle, by what is left over, as engines divide whole numbers differently.
    bundle = f"(coalesce(_load_id, 0) - coalesce(_load_id, 0) % {_LOADS_IN_A_BUNDLE})" if is_by_load else "0"
    number = _HASH[durable.dialect]
    found = durable.query(
        f"select {bundle} as bundle, count(*) as rows, bit_xor({number}) as mixed, sum({number}) as added"
        f" from {table.name} as t group by 1 having count(*) > 0 order by 1"
    )
    for row in found.to_pylist():
        condition = f"{bundle} = {row['bundle']}" if is_by_load else "true"
        fingerprint = f"{row['rows']:x}-{row['mixed'] % 2**64:x}-{int(row['added']) % 2**64:x}"
        yield f"{row['bundle']}-{fingerprint}", condition
