"""Times in answers: those of ledgers are UTC and say so; those of the shop have no zone, and are by its clock."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema


def _in_utc(value: dt.datetime) -> dt.datetime:
    return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value


UtcMoment = Annotated[dt.datetime, AfterValidator(_in_utc)]
# RFC 3339, which `format: date-time` stands for, knows no time without a zone.
ShopMoment = Annotated[dt.datetime, WithJsonSchema({"type": "string"})]
