"""What BSON has and JSON has not becomes text that loses nothing; errors say nothing that is secret."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest

pytest.importorskip("pymongo", reason="pymongo is not installed: pip install 'regulars[mongo]'")
from bson import Binary, Decimal128, ObjectId
from bson.datetime_ms import DatetimeMS
from pymongo.errors import OperationFailure

from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.source_settings import MongoSettings
from regulars.sources.mongo import _failed, _line, _looking_back, _mark

DAY = dt.datetime(2025, 1, 3, 10, 0, 0, 250_000)


def test_every_kind_of_value_has_its_text() -> None:
    key = uuid.UUID(int=7)
    document = {
        "id": ObjectId("0" * 24),
        "amount": Decimal128("1.10"),
        "none": Decimal128("NaN"),
        "at": DAY,
        "never": DatetimeMS(2**60),
        "bytes": b"\xff\x00",
        "uuid": Binary.from_uuid(key),
        "nested": {"list": [{"at": DAY}, float("nan"), float("inf")]},
        "word": "Ærø",
    }
    assert json.loads(_line(document)) == {
        "id": "0" * 24,
        "amount": "1.10",
        "none": None,
        "at": "2025-01-03T10:00:00.250000Z",
        "never": 2**60,
        "bytes": "/wA=",
        "uuid": str(key),
        "nested": {"list": [{"at": "2025-01-03T10:00:00.250000Z"}, None, None]},
        "word": "Ærø",
    }


def test_looking_back_goes_by_the_kind_of_the_watermark() -> None:
    assert _looking_back(DAY, "2 days") == DAY - dt.timedelta(days=2)
    assert _looking_back(10, "3") == 7
    assert _looking_back("x", "0 seconds") == "x"
    early = ObjectId.from_datetime(dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    late = ObjectId.from_datetime(dt.datetime(2025, 1, 3, tzinfo=dt.UTC))
    assert _looking_back(late, "2 days") == early
    for value, look_back in (("x", "2 days"), (DAY, "3"), (10, "1 hour"), (10, "-1")):
        with pytest.raises(SettingsError):
            _looking_back(value, look_back)


def test_a_watermark_may_lie_deeper_and_must_have_an_order() -> None:
    assert _mark({"meta": {"at": 3}}, ["meta", "at"]) == 3
    assert _mark({"meta": None}, ["meta", "at"]) is None
    with pytest.raises(TypeError, match="it holds a list"):
        _mark({"at": [1]}, ["at"])


@pytest.mark.parametrize(("code", "kind"), [(18, SourceUnreachable), (13, SourceUnreachable), (2, InputError)])
def test_a_refusal_is_no_fault_of_the_query(code: int, kind: type[Exception]) -> None:
    settings = MongoSettings(url="mongodb://me:hunter2@host", database="shop", collection="orders")
    error = _failed(OperationFailure("no, hunter2, full error: {}", code), settings, "host:27017")
    assert isinstance(error, kind)
    assert "hunter2" not in str(error) and "full error" not in str(error)
