"""A dlt resource or source, or any other generator of records, by its import path.

What it gives is iterated, never loaded by dlt: Regulars keeps the rows and the watermark itself, and plain generators
need no dlt at all.
"""

from __future__ import annotations

import base64
import datetime as dt
import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.errors import InputError, RegularsError, SettingsError, SourceUnreachable
from regulars.source_settings import DltSettings, secret
from regulars.sources.delivery import Delivery
from regulars.sources.feed import spooled
from regulars.sources.json_lines import json_line
from regulars.sources.ties import Ties

_ARROW_ROWS = 10_000
_KINDS: dict[str, Callable[[str], Any]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "Decimal": Decimal,
}


def open_feed(name: str, settings: DltSettings, since: str | None) -> AbstractContextManager[Delivery]:
    """A delivery of what the resource gives, at and beyond the watermark.

    Raises:
        SettingsError: There is no such resource, or it does not take the arguments.
        SourceUnreachable: It failed to connect.
        InputError: It gave what is no record, or failed otherwise.
    """
    return _opened(name, settings, since)


@contextmanager
def _opened(name: str, settings: DltSettings, since: str | None) -> Iterator[Delivery]:
    known = json.loads(since) if since else {}
    value: Any = known.get("watermark")
    typed = _KINDS.get(known.get("kind", ""))
    ties = Ties(typed(value) if typed is not None else value, known.get("seen", ()))

    def watermark() -> str | None:
        if settings.watermark is None or ties.value is None:
            return None
        kept = {"watermark": ties.value, "kind": type(ties.value).__name__, "seen": sorted(ties.seen)}
        return json.dumps(kept, default=str)

    uri = f"dlt:{settings.resource}"
    with spooled(name, uri, _lines(settings, ties), watermark) as delivery:
        if settings.watermark and ties.without:
            delivery.warnings.append(f"{ties.without:,} records have no {settings.watermark}; each reading has them.")
        yield delivery


def _lines(settings: DltSettings, ties: Ties) -> Iterator[bytes]:
    field, start = settings.watermark, ties.value
    try:
        given, is_asked = _called(settings, start if field else None)
        records = _records(given, settings.resource)
        if field is None:
            yield from map(_line, records)
            return
        if start is not None and not is_asked:
            # It gives everything every time: what lies below the watermark was landed.
            records = (record for record in records if (at := record.get(field)) is None or at >= start)
        yield from ties.unseen(records, lambda record: record.get(field), _line)
    except RegularsError:
        raise
    except Exception as error:
        raise _failed(error, settings) from None


def _called(settings: DltSettings, start: Any) -> tuple[Any, bool]:
    """What the resource gives, and whether it was told where to start."""
    found = _imported(settings.resource)
    arguments = {key: secret(value) if isinstance(value, str) else value for key, value in settings.arguments.items()}
    if not callable(found) or (isinstance(found, Iterable) and not arguments and not _takes_since(found)):
        return found, False
    is_asked = _takes_since(found) and "since" not in arguments
    if is_asked:
        arguments["since"] = start
    try:
        inspect.signature(found).bind(**arguments)
    except TypeError as error:
        raise SettingsError(f"{settings.resource} does not take these arguments: {error}. Mend `arguments`.") from None
    return found(**arguments), is_asked


def _takes_since(found: Any) -> bool:
    try:
        return "since" in inspect.signature(found).parameters
    except (TypeError, ValueError):
        return False


def _imported(path: str) -> Any:
    module_name, separator, attribute = path.partition(":")
    if not separator:
        raise SettingsError(f"resource = {path!r} names no attribute. Write it as my_package.shop:orders.")
    # A module beside regulars.toml is found as it is by `python -m`.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"{path} cannot be imported: there is no module {error.name}. Install it or mend `resource`."
        ) from None
    except AttributeError as error:
        raise SettingsError(f"{path} cannot be imported: {error}. Mend `resource`.") from None
    return found


def _records(given: Any, path: str) -> Iterator[Mapping[str, Any]]:
    """Single records out of records, lists of them and Arrow tables, in any nesting."""
    if isinstance(given, Mapping):
        yield given
    elif isinstance(given, pa.RecordBatch):
        yield from _records(pa.Table.from_batches([given]), path)
    elif isinstance(given, pa.Table):
        for batch in given.to_batches(_ARROW_ROWS):
            yield from batch.to_pylist()
    elif hasattr(given, "__arrow_c_stream__"):
        yield from _records(pa.table(given), path)
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes):
        for item in given:
            yield from _records(item, path)
    else:
        raise InputError(
            f"{path} gave a {type(given).__name__}, which is no record. It must give dicts or Arrow tables."
        )


def _line(record: Mapping[str, Any]) -> bytes:
    return json_line(record, _value)


def _value(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, set | frozenset) else str(value)


def _failed(error: Exception, settings: DltSettings) -> RegularsError:
    """dlt wraps what a resource raised in errors of its own; the innermost is what happened."""
    inner: BaseException = error
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
    words = f"{type(inner).__name__}: {inner}".splitlines()[0].rstrip(". ")
    for value in settings.arguments.values():
        if isinstance(value, str) and value.startswith("env:"):
            words = words.replace(secret(value), "…")
    if isinstance(inner, OSError):
        return SourceUnreachable(f"{settings.resource} broke off with {words}. Check its server, then run again.")
    return InputError(f"{settings.resource} failed with {words}. Mend it, then run again.")
