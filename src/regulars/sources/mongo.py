"""A collection of MongoDB, asked for the documents at and beyond the watermark; nested values become JSON text.

A watermark is kept as MongoDB's canonical extended JSON, so that an ObjectId, a date, a number or a text comes back as
what it was.
"""

from __future__ import annotations

import base64
import datetime as dt
import math
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from bson import Binary, Decimal128, ObjectId, json_util
from bson.binary import UUID_SUBTYPE
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS
from pymongo import MongoClient, errors
from pymongo.collection import Collection
from pymongo.uri_parser import parse_uri

from regulars.errors import InputError, RegularsError, SettingsError, SourceUnreachable
from regulars.source_settings import MongoSettings, secret
from regulars.sources.delivery import Delivery
from regulars.sources.feed import spooled
from regulars.sources.json_lines import json_line
from regulars.sources.look_back import LookBack
from regulars.sources.ties import Ties

_CONNECT_MILLISECONDS = 10_000
_FIRST_ID_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# A date beyond the year 9999 stays a number of milliseconds.
_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)


def open_feed(name: str, settings: MongoSettings, since: str | None) -> AbstractContextManager[Delivery]:
    """A delivery of the documents that were not landed yet.

    Raises:
        SettingsError: The address or `look_back` cannot be understood.
        SourceUnreachable: The server does not answer, refuses, or broke off.
        InputError: There is no such collection, or its field cannot be a watermark.
    """
    return _opened(name, settings, since)


@contextmanager
def _opened(name: str, settings: MongoSettings, since: str | None) -> Iterator[Delivery]:
    known = json_util.loads(since) if since else {}
    ties = Ties(known.get("watermark"), known.get("seen", ()))
    servers, client = _client(settings)
    uri = f"mongodb://{servers}/{settings.database}.{settings.collection}"

    def watermark() -> str | None:
        if settings.watermark is None or ties.value is None:
            return None
        kept = {"watermark": ties.value, "seen": sorted(ties.seen)}
        return json_util.dumps(kept, json_options=json_util.CANONICAL_JSON_OPTIONS)

    with client, spooled(name, uri, _lines(client, settings, servers, ties), watermark) as delivery:
        if settings.watermark and ties.without:
            delivery.warnings.append(
                f"{ties.without:,} documents have no {settings.watermark}; they were landed now, and what of their"
                " kind comes later is only seen with --full-refresh."
            )
        yield delivery


def look(name: str, settings: MongoSettings, since: str | None) -> dict[str, Any]:
    """The fields and the watermark of the newest document, and the number of those past the last watermark.

    Raises:
        SettingsError: The address cannot be understood.
        SourceUnreachable: The server does not answer, or refuses.
        InputError: There is no such collection, or its field cannot be a watermark.
    """
    known, field = json_util.loads(since) if since else {}, settings.watermark
    servers, client = _client(settings)
    with client:
        try:
            documents = _collection(client, settings, servers)
            newest = next(iter(documents.find(settings.filter).sort(field or "_id", -1).limit(1)), None)
            mark = None if newest is None or field is None else _mark(newest, field.split("."))
            if field is None or known.get("watermark") is None:
                count = documents.count_documents(settings.filter)
            else:
                past = {field: {"$gt": known["watermark"]}}
                count = documents.count_documents({"$and": [settings.filter, past]} if settings.filter else past)
                at = {field: known["watermark"]}
                ties = Ties(known["watermark"], known.get("seen", ()))
                standing = documents.find({"$and": [settings.filter, at]} if settings.filter else at)
                count += sum(1 for _ in ties.unseen(standing, lambda _: known["watermark"], _line))
        except errors.PyMongoError as error:
            raise _failed(error, settings, servers) from None
        except TypeError as error:
            raise _no_order(error, settings) from None
    shown = mark if mark is None or isinstance(mark, str) else str(_value(mark))
    return {"columns": list(newest or ()), "newest": shown, "new_records": count}


def _client(settings: MongoSettings) -> tuple[str, MongoClient[dict[str, Any]]]:
    url = secret(settings.url)
    options: dict[str, Any] = (
        {} if "serverselectiontimeoutms" in url.lower() else {"serverSelectionTimeoutMS": _CONNECT_MILLISECONDS}
    )
    try:
        nodes = parse_uri(url)["nodelist"]
        client: MongoClient[dict[str, Any]] = MongoClient(url, **options)
    except (errors.PyMongoError, ValueError) as error:
        raise SettingsError(
            f"The url of collection {settings.collection} is not one of MongoDB: {_plain_words(error, url)}."
            " Write it as mongodb://user:password@host:27017."
        ) from None
    return ",".join(f"{host}:{port}" for host, port in nodes), client


def _lines(client: MongoClient[dict[str, Any]], settings: MongoSettings, servers: str, ties: Ties) -> Iterator[bytes]:
    field = settings.watermark
    try:
        documents = _collection(client, settings, servers)
        asked = dict(settings.filter)
        if field and ties.value is not None:
            newer = {field: {"$gte": _looking_back(ties.value, settings.look_back)}}
            asked = {"$and": [asked, newer]} if asked else newer
        cursor = documents.find(asked)
        if field:
            cursor = cursor.sort(field, 1).allow_disk_use(True)
        if field is None:
            yield from map(_line, cursor)
        else:
            path = field.split(".")
            yield from ties.unseen(cursor, lambda document: _mark(document, path), _line)
    except errors.PyMongoError as error:
        raise _failed(error, settings, servers) from None
    except TypeError as error:
        raise _no_order(error, settings) from None


def _collection(
    client: MongoClient[dict[str, Any]], settings: MongoSettings, servers: str
) -> Collection[dict[str, Any]]:
    database = client[settings.database]
    names = sorted(database.list_collection_names())
    if settings.collection not in names:
        raise InputError(
            f"There is no collection {settings.collection} in {settings.database} on {servers}."
            f" Its collections: {', '.join(names) or 'none'}. Mend `collection`."
        )
    return database.get_collection(settings.collection, codec_options=_CODEC)


def _no_order(error: TypeError, settings: MongoSettings) -> InputError:
    """Values of two types have no order."""
    return InputError(
        f"Field {settings.watermark} of {settings.collection} cannot be a watermark: {error}."
        " Name one that has one type."
    )


def _mark(document: dict[str, Any], path: list[str]) -> Any:
    found: Any = document
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if found is None or (isinstance(found, float) and math.isnan(found)):
        return None
    if isinstance(found, bool) or not isinstance(found, (ObjectId, dt.datetime, int, float, str)):
        raise TypeError(f"it holds a {type(found).__name__}")
    return found


def _looking_back(value: Any, look_back: str) -> Any:
    """The watermark less `look_back`, a time such as `2 days` or a number."""
    back = LookBack.parsed(look_back)
    if back.is_nothing:
        return value
    if back.span is not None:
        if isinstance(value, dt.datetime):
            return back.before(value)
        if isinstance(value, ObjectId):
            return ObjectId.from_datetime(max(back.before(value.generation_time), _FIRST_ID_TIME))
    elif isinstance(value, (int, float)):
        return value - back.steps
    raise back.misfit(str(value), is_number=isinstance(value, (int, float)))


def _line(document: dict[str, Any]) -> bytes:
    return json_line(document, _value)


def _value(value: Any) -> Any:
    """What JSON has no kind for, as text: times as ISO in UTC, decimals with their digits, binary as Base64."""
    if isinstance(value, dt.datetime):
        return value.isoformat() + "Z"
    if isinstance(value, DatetimeMS):
        return int(value)
    if isinstance(value, Decimal128):
        number = value.to_decimal()
        return str(number) if number.is_finite() else None
    if isinstance(value, bytes):
        if isinstance(value, Binary) and value.subtype == UUID_SUBTYPE:
            return str(value.as_uuid())
        return base64.b64encode(value).decode()
    return str(value)


def _failed(error: errors.PyMongoError, settings: MongoSettings, servers: str) -> RegularsError:
    words = _plain_words(error, secret(settings.url))
    where = f"{settings.database}.{settings.collection}"
    if isinstance(error, errors.OperationFailure) and error.code in (13, 18):
        return SourceUnreachable(f"{servers} refuses to let {where} be read: {words}. Mend the user and its rights.")
    if isinstance(error, errors.OperationFailure) and not isinstance(error, errors.CursorNotFound):
        return InputError(f"{servers} cannot answer the query of {where}: {words}. Mend `filter` and `watermark`.")
    return SourceUnreachable(
        f"Collection {where} cannot be read from {servers}: {words}. Check `url` and the network, then run again."
    )


def _plain_words(error: Exception, url: str) -> str:
    """The error's first sentence, without the driver's inner state and without the password."""
    words = re.split(r", full error: |, Timeout: |\(configured timeouts", str(error))[0].splitlines()[0]
    hidden = re.fullmatch(r"[^/]*//[^/]*?:(.*)@.*", url)
    for part in (url, hidden[1] if hidden else ""):
        words = words.replace(part, "…") if part else words
    return words.strip().rstrip(". ")
