"""What a viewer sees of people; every table is walked over for personal values that no mask covers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa
import pytest
from tests.unit.conftest import CUSTOMERS, Published

from regulars import catalog
from regulars.dictionary import read_dictionary
from regulars.errors import InputError
from regulars.serve.masking import mask_of, masked, masked_rows, masked_stream, personal_columns, refuse_personal
from regulars.serve.roles import Principal, Role

VIEWER, OPERATOR, ADMIN = (Principal(role.name, role) for role in Role)
# What a personal column is likely to be called.
SUSPECT = re.compile(
    r"(^|_)(e?mail|phone|mobile|tel|name|surname|address|street|post_?code|zip|birth|born|dob|income|salary|iban|card"
    r"|ip|key|payload|sample|properties)($|_)"
)
# Column -> whose it is, when it is nobody's. Everything else that looks suspicious must have a mask.
NOBODYS = {
    "cluster_name": "a cluster's",
    "table_name": "a table's",
    "schema_name": "a schema's",
    "check_name": "a check's",
    "member_name": "a segment's, store's or product's",
    "first_product_name": "a product's",
    "product_name": "a product's",
    "name": "an export's",
    "key_name": "an API key's, which cannot hold an address",
    "order_key": "an order's",
    "is_email_malformed": "a flag",
    "card": "a model's",
    "avg_income": "a segment's",
}


def test_a_viewer_sees_masks_and_who_works_with_people_sees_people(published: Published) -> None:
    everybody = published.queries.table("marts.customer_360")
    assert masked(everybody, OPERATOR) is everybody
    assert masked(everybody, ADMIN) is everybody
    seen = masked(everybody, VIEWER)
    assert seen.schema == everybody.schema
    [known] = published.queries.find_customers("ann@example.org")
    [ann] = [row for row in seen.to_pylist() if row["customer_id"] == known]
    assert (ann["email"], ann["phone"], ann["full_name"]) == ("a***@example.org", "+44…01", "A. L.")
    for column in everybody.column_names:
        if mask_of(column) is None:
            assert seen[column].equals(everybody[column])


def test_no_personal_value_of_any_published_table_reaches_a_viewer(published: Published) -> None:
    values = {word for line in CUSTOMERS.splitlines()[1:] for word in line.split(",")[1:5] if len(word) > 2}
    values |= {"gus@example.org", "+442079460001", "+442079460003", "+442079460005"}
    values -= {"Lee", "Ray", "Bob", "Ann", "Cyd", "Dot", "Orr"}
    words = re.compile(r"\b(Lee|Leigh|Ray|Bob|Ann|Cyd|Dot|Orr)\b")
    seen_before, tables = 0, 0
    for row in published.queries.tables().to_pylist():
        table = published.queries.table(f"{row['schema']}.{row['table_name']}") if _is_asked(row) else None
        if table is None:
            continue
        tables += 1
        seen_before += sum(_is_personal(text, values, words) for _, text in _texts(table))
        shown = [
            (row["table_name"], column, text)
            for column, text in _texts(masked(table, VIEWER))
            if _is_personal(text, values, words)
        ]
        assert shown == [], "a viewer sees this; list the column in personal_columns.csv"
    assert tables > 50
    assert seen_before > 50, "the walk must meet people, or it proves nothing"


def test_every_column_that_may_be_personal_is_listed_or_said_to_be_nobodys() -> None:
    columns = {column.name for entry in read_dictionary() for column in entry.columns}
    tables = [value for value in vars(catalog).values() if isinstance(value, catalog.Table)]
    columns |= {name for table in tables for name in table.column_names}
    suspects = {column for column in columns if SUSPECT.search(column)}
    assert {c for c in suspects if mask_of(c) is None} - set(NOBODYS) == set()
    assert not {c for c in NOBODYS if mask_of(c)}, "these are masked, so shorten the list"
    assert {"email", "phone", "full_name", "address", "postcode", "birth_date"} <= set(personal_columns())


def test_words_before_a_name_change_nothing() -> None:
    assert mask_of("left_email") == mask_of("Golden_EMAIL") == "email"
    assert mask_of("customer_id") is mask_of("segment") is mask_of("avg_income") is None


def test_a_stream_is_masked_batch_by_batch() -> None:
    table = pa.table({"email": ["john@example.com", "jane@example.com", None], "n": [1, 2, 3]})
    reader = masked_stream(pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=1)), VIEWER)
    batches = list(reader)
    assert [batch.num_rows for batch in batches] == [1, 1, 1]
    assert pa.Table.from_batches(batches)["email"].to_pylist() == ["j***@example.com", "j***@example.com", None]
    whole = table.to_reader()
    assert masked_stream(whole, OPERATOR) is whole


def test_rows_within_rows_are_masked() -> None:
    row = {"id": 1, "customer": {"email": "john@example.com", "tags": ["vip"]}, "records": [{"phone": "+442079460012"}]}
    assert masked_rows([row], VIEWER) == [
        {"id": 1, "customer": {"email": "j***@example.com", "tags": ["vip"]}, "records": [{"phone": "+44…12"}]}
    ]
    assert masked_rows([row], ADMIN) == [row]


def test_of_nested_columns_that_hold_people_nothing_is_shown() -> None:
    table = pa.table({"record": [{"email": "john@example.com"}], "point": [{"x": 1.0}]})
    assert masked(table, VIEWER).to_pylist() == [{"record": None, "point": {"x": 1.0}}]


def test_an_empty_table_is_masked_too() -> None:
    table = pa.table({"email": pa.array([], pa.string()), "birth_date": pa.array([], pa.date32())})
    assert masked(table, VIEWER).schema == table.schema


def test_order_and_filters_tell_nothing_either() -> None:
    with pytest.raises(InputError, match="`last_name`, which is masked"):
        refuse_personal(["recency", "last_name"], VIEWER)
    refuse_personal(["recency"], VIEWER)
    refuse_personal(["last_name"], OPERATOR)


def _is_asked(row: dict[str, str]) -> bool:
    return row["schema"] in catalog.SEARCH_PATH


def _texts(table: pa.Table) -> Iterator[tuple[str, str]]:
    for column in table.column_names:
        if pa.types.is_string(table[column].type) or pa.types.is_large_string(table[column].type):
            yield from ((column, text) for text in table[column].to_pylist() if text)


def _is_personal(text: str, values: set[str], words: re.Pattern[str]) -> bool:
    return any(value in text for value in values) or bool(words.search(text))
