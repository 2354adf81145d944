"""An address says where a source is, and nothing that opens it."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.source_settings import SourceSettings
from regulars.sources.address import address


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"path": ["a/*.csv", "https://ann:pa55@host/b.csv?sig=pa55"]}, "a/*.csv, https://host/b.csv"),
        (
            {"sql": {"url": "postgresql://ann:pa55@db:5432/shop?sslpassword=pa55", "table": "public.orders"}},
            "postgresql://db:5432/shop#public.orders",
        ),
        ({"sql": {"url": "postgresql://ann:pa/55@x@db/shop", "query": "select 1"}}, "postgresql://db/shop#query"),
        ({"sql": {"url": "env:TILL_URL", "table": "orders"}}, "env:TILL_URL#orders"),
        (
            {"mongo": {"url": "mongodb://ann:pa55@a:1,b:2/?tls=true", "database": "shop", "collection": "orders"}},
            "mongodb://a:1,b:2/shop.orders",
        ),
        ({"rest": {"url": "https://ann:pa55@api.example.com/v1/orders?key=pa55"}}, "https://api.example.com/v1/orders"),
        ({"kafka": {"servers": "broker:9092", "topic": "orders", "options": {"sasl.password": "pa55"}}},
         "kafka://broker:9092/orders"),
        ({"dlt": {"resource": "shop:orders", "arguments": {"token": "pa55"}}}, "dlt shop:orders"),
    ],
)  # fmt: skip
def test_where_a_source_is(settings: dict[str, Any], shown: str) -> None:
    assert address(SourceSettings.model_validate(settings)) == shown
    assert "pa55" not in shown
