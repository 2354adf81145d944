"""The list of what lies in the lake comes back from its text as it went, and types from Arrow to Spark and back."""

from __future__ import annotations

import pyarrow as pa
import pytest

from regulars import catalog
from regulars.engines.lake_catalog import LakeCatalog, LakeTable, arrow_type, spark_type, type_of_arrow


def test_the_list_comes_back_as_it_was_written() -> None:
    listed = LakeCatalog(
        "builds/a",
        {"marts.a": LakeTable("builds/a/marts/a/1", {"id": "bigint", "amount": "decimal(18,2)"})},
        {"marts.v": "create view marts.v as select 'é' as x from marts.a"},
    )
    assert LakeCatalog.from_json(listed.to_json()) == listed


@pytest.mark.parametrize("table", [*catalog.DURABLE_TABLES, *catalog.DERIVED_TABLES], ids=lambda table: table.name)
def test_every_column_that_python_makes_has_a_type_on_spark_that_holds_it(table: catalog.Table) -> None:
    for _, kind in table.columns:
        assert type_of_arrow(arrow_type(spark_type(kind))) == spark_type(kind)


@pytest.mark.parametrize(
    ("arrow", "spark"),
    [
        (pa.decimal128(38, 4), "decimal(38,4)"),
        (pa.timestamp("us"), "timestamp_ntz"),
        (pa.timestamp("us", tz="UTC"), "timestamp"),
        (pa.dictionary(pa.int32(), pa.string()), "string"),
        (pa.large_string(), "string"),
        (pa.uint32(), "bigint"),
    ],
)
def test_what_arrow_has_besides_goes_where_it_fits(arrow: pa.DataType, spark: str) -> None:
    assert type_of_arrow(arrow) == spark


def test_a_table_says_its_columns_as_create_table_and_as_arrow_want_them() -> None:
    table = LakeTable("f", {"date": "date", "amount": "decimal(18,2)"})
    assert table.column_list == "`date` date, `amount` decimal(18,2)"
    assert table.arrow_schema == pa.schema([("date", pa.date32()), ("amount", pa.decimal128(18, 2))])
