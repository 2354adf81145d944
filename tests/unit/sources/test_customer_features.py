from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import get_args

import pytest

from regulars.cluster_settings import ClusterFeature
from regulars.errors import InputError
from regulars.sources.customer_features import feature_columns

RFM = ("recency", "frequency", "monetary")


@pytest.mark.parametrize(
    "columns",
    [
        ["customer_id", "recency", "frequency", "monetary"],
        ["Customer ID", "Days since last order", "Orders", "Total spent"],
        ["R", "F", "M", "cust_id"],
        ["id", "Recency (days)", "Order count", "Revenue"],
    ],
)
def test_columns_are_found_by_what_people_call_them(columns: list[str]) -> None:
    found = feature_columns(columns, RFM, "new.csv")
    assert found is not None
    assert set(found) == {"customer_id", *RFM}
    assert len(set(found.values())) == 4


def test_a_column_serves_one_feature_and_its_own_name_comes_first() -> None:
    found = feature_columns(["recency", "orders", "frequency", "amount"], (*RFM, "orders"), "new.csv")
    assert found == {"recency": "recency", "orders": "orders", "frequency": "frequency", "monetary": "amount"}


def test_orders_are_no_list_of_features() -> None:
    assert feature_columns(["order_id", "customer_id", "ordered_at", "amount"], RFM, "orders.csv") is None
    assert feature_columns(["order_date", "customer", "age", "total"], ("monetary", "age"), "orders.csv") is None
    assert feature_columns(["customer", "age", "total"], ("monetary", "age"), "new.csv") is not None


def test_a_list_that_lacks_a_feature_is_refused_with_what_it_has() -> None:
    with pytest.raises(InputError) as error:
        feature_columns(["id", "recency", "frequency"], (*RFM, "age"), "new.csv")
    assert str(error.value) == (
        "Column monetary, age is missing from new.csv. It has: id, recency, frequency. The model compares customers by"
        " recency, frequency, monetary, age: add the column, empty where it is not known."
    )


def test_every_feature_has_synonyms_of_which_none_has_case_or_spaces() -> None:
    synonyms = tomllib.loads((files("regulars.sources") / "feature_synonyms.toml").read_text(encoding="utf-8"))
    assert set(synonyms) == set(get_args(ClusterFeature))
    assert all(word.isalnum() and word.islower() for words in synonyms.values() for word in words)
