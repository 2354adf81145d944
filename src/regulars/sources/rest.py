"""A REST API as a feed: pages of JSON by GET, or batches of keys by POST.

Records become columns of text as they were sent, their numbers digit by digit. A record that is no object becomes a
rejected row; an answer that holds no list of records stops the load, with its address and what was found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from regulars.errors import InputError, SettingsError
from regulars.source_settings import RestSettings, secret
from regulars.sources.delivery import Delivery
from regulars.sources.feed import Keys, no_keys, nothing_new
from regulars.sources.http_asking import Asker, Pace
from regulars.sources.record_spool import as_lines, parsed, spooled_records, without_marks
from regulars.sources.rest_pages import Answer, pages
from regulars.sources.text_watermark import Watermark, below

# A feed without a watermark is read whole; the ledger then keeps the hash of what came, to know it when it comes again.
_WHOLE = "content:"


@contextmanager
def open_feed(
    name: str,
    settings: RestSettings,
    since: str | None,
    keys: Keys = no_keys,
    *,
    transport: httpx.BaseTransport | None = None,
    pace: Pace | None = None,
) -> Iterator[Delivery]:
    """A delivery of what the API has beyond the watermark.

    Args:
        name: The source.
        settings: Its settings.
        since: The watermark of its last load; None reads from the beginning.
        keys: For a batch POST: streams the distinct values of a field of the landed customers, so many at a time.
        transport: How requests travel; unset = over the network.
        pace: Time; unset = the real one.

    Raises:
        SourceUnreachable: It does not answer.
        InputError: It refuses, or what it answers holds no records.
        SettingsError: The settings do not fit.
    """
    with _asking(name, settings, transport, pace) as asker:
        reading = _Reading(name, settings, since)
        answers = _batches(settings, asker, keys) if settings.batch_field else _pages(name, settings, asker, reading)
        uri = asker.redact.url(secret(settings.url))
        with spooled_records(name, uri, reading.pages(answers, asker), lambda: reading.watermark) as delivery:
            if settings.watermark is None and reading.watermark == since:
                yield nothing_new(name, uri)
                return
            if asker.retried:
                counts = ", ".join(f"{reason} {count:,} times" for reason, count in asker.retried.most_common())
                delivery.warnings.append(f"requests had to be repeated: {counts}.")
            yield delivery


def look(
    name: str,
    settings: RestSettings,
    since: str | None,
    keys: Keys = no_keys,
    *,
    transport: httpx.BaseTransport | None = None,
    pace: Pace | None = None,
) -> dict[str, Any]:
    """What the first page or batch shows: its columns, the newest watermark, and how many records are new at least.

    Raises:
        SourceUnreachable: It does not answer.
        InputError: It refuses, or what it answers holds no records.
        SettingsError: The settings do not fit.
    """
    with _asking(name, settings, transport, pace) as asker:
        reading = _Reading(name, settings, since)
        answers = _batches(settings, asker, keys) if settings.batch_field else _pages(name, settings, asker, reading)
        first = next(answers, None)
        return reading.look(first) | {"is_least": settings.pages != "none" or settings.batch_field is not None}


@contextmanager
def _asking(
    name: str, settings: RestSettings, transport: httpx.BaseTransport | None, pace: Pace | None
) -> Iterator[Asker]:
    try:
        httpx.URL(secret(settings.url))
    except httpx.InvalidURL as error:
        raise SettingsError(f"The url of source {name} is none: {error}. Write https://host/path.") from None
    headers = {header: secret(value) for header, value in settings.headers.items()}
    with httpx.Client(headers=headers, timeout=settings.timeout_seconds, transport=transport) as client:
        yield Asker(name, settings, client, pace or Pace())


class _Reading:
    """Takes the records out of answers, and notes how far it came."""

    def __init__(self, name: str, settings: RestSettings, since: str | None) -> None:
        self._name, self._settings = name, settings
        if settings.watermark is None or (since or "").startswith(_WHOLE):
            since = None
        self.asked_since = below(since, settings.look_back) if since is not None else None
        self._mark = Watermark(since)
        self._digest = hashlib.blake2b(digest_size=16)

    @property
    def watermark(self) -> str | None:
        """Up to where the API was read; for one that is read whole, what came."""
        return self._mark.value if self._settings.watermark else _WHOLE + self._digest.hexdigest()

    def pages(self, answers: Iterator[Answer], asker: Asker) -> Iterator[list[Any]]:
        """The records, an answer at a time.

        Raises:
            InputError: No record is an object, or none has the field of the watermark.
        """
        records, objects, field = 0, 0, self._settings.watermark
        names: list[str] = []
        for answer in answers:
            found = self._records(answer)
            usable = [record for record in found if isinstance(record, dict) and record]
            records, objects = records + len(found), objects + len(usable)
            if usable and field is not None:
                names = names or list(usable[0])
                self._mark.see_all([without_marks(record.get(field)) for record in usable])
            if found and field is None:
                self._digest.update(as_lines(found) + b"\n")
            yield found
        if records and not objects:
            raise InputError(
                f"Source {self._name}: {records:,} records came from {asker.redact.url(secret(self._settings.url))},"
                " and none is an object with fields. Check `records`, which says where they lie in an answer."
            )
        if objects and field is not None and not self._mark.seen:
            raise InputError(
                f"Source {self._name}: no record has a value in `{field}`, its watermark. The fields of a record are:"
                f" {', '.join(names)}. Name one that grows with every change, or none."
            )

    def look(self, answer: Answer | None) -> dict[str, Any]:
        """What one answer shows, without keeping it; records that lie at or below the watermark are not new."""
        found = [record for record in self._records(answer) if isinstance(record, dict)] if answer else []
        columns = list(dict.fromkeys(key for record in found for key in record))
        field, since = self._settings.watermark, self._mark.value
        if field is None:
            return {"columns": columns, "newest": None, "new_records": len(found)}
        newest, new = Watermark(None), 0
        for record in found:
            value = _without_marks(record.get(field))
            newest.see(value)
            beyond = Watermark(since)
            beyond.see(value)
            new += since is None or beyond.value != since
        return {"columns": columns, "newest": newest.value, "new_records": new}

    def _records(self, answer: Answer) -> list[Any]:
        """The records of an answer; those of a batch stand under their keys, and get them as a field."""
        found = answer.records
        if isinstance(found, list):
            return found
        if self._settings.batch_field is None or not isinstance(found, dict):
            raise answer.no_list(found)
        field = self._settings.batch_record_key or self._settings.batch_keys
        return [
            {field: key, **value} if isinstance(value, dict) else value
            for key, values in found.items()
            for value in (values if isinstance(values, list) else [values])
        ]


def _pages(name: str, settings: RestSettings, asker: Asker, reading: _Reading) -> Iterator[Answer]:
    since = reading.asked_since
    params = {key: secret(value) for key, value in settings.params.items()}
    kept = {key: value for key, value in params.items() if since is not None or "{since}" not in value}
    asked = {key: value.replace("{since}", since or "") for key, value in kept.items()}
    hidden = {key for key, value in settings.params.items() if value.startswith("env:")}
    return pages(name, settings, asker, parsed, asked, hidden)


def _batches(settings: RestSettings, asker: Asker, keys: Keys) -> Iterator[Answer]:
    """One POST per batch of keys."""
    url = httpx.URL(secret(settings.url)).copy_merge_params({k: secret(v) for k, v in settings.params.items()})
    for number, batch in enumerate(keys(settings.batch_keys or "", settings.batch_size), start=1):
        response = asker.ask("POST", url, {settings.batch_field or "": batch})
        yield Answer.of(response, url, number, settings.records, asker.redact, parsed)
