"""Asks a server as often as it takes: pauses, a limit on the pace, and words without secrets for whatever goes wrong.

A dropped connection, 429 and 5xx are tried again with growing random pauses, or as `Retry-After` says. Anything else
that is no success is final: asking again would not change it.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from regulars.errors import InputError, SettingsError, SourceUnreachable
from regulars.source_settings import RestSettings, secret

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
LONGEST_WISH_SECONDS = 600.0  # a server that wants to be left alone for longer is one for the next run
_HIDDEN = "***"
_SECRET_NAME = re.compile(r"auth|cookie|key|passw|secret|session|sig|token", re.IGNORECASE)
_SHORTEST_SECRET = 4
_EXCERPT = 200


@dataclass(frozen=True)
class Pace:
    """Time as a client sees it; tests put their own in its place."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: random.Random = field(default_factory=random.Random)


class Redactor:
    """Takes secrets out of whatever is shown: values read from variables, and what stands under a telling name."""

    def __init__(self, settings: RestSettings) -> None:
        self._secrets: set[str] = set()
        self._hides_path = settings.url.startswith("env:")
        password = httpx.URL(secret(settings.url)).password
        self._secrets |= {password} if _is_long(password) else set()
        for given in ({"url": settings.url}, settings.headers, settings.params):
            for name, value in given.items():
                if name != "url" and (value.startswith("env:") or _SECRET_NAME.search(name)):
                    self._secrets |= {part for part in (secret(value), *secret(value).split()) if _is_long(part)}

    def url(self, url: httpx.URL | str) -> str:
        """An address without user, password and secret parameters; one that is itself a secret shows its host alone."""
        shown = httpx.URL(url)
        if shown.userinfo:
            shown = shown.copy_with(username=None, password=None)
        if self._hides_path:
            return f"{shown.scheme}://{shown.netloc.decode()}/{_HIDDEN}"
        pairs = [(name, _HIDDEN if _SECRET_NAME.search(name) else value) for name, value in shown.params.multi_items()]
        text = str(shown.copy_with(query=None))
        query = "&".join(f"{name}={value}" for name, value in pairs)
        return self.text(f"{text}?{query}" if query else text)

    def text(self, words: str) -> str:
        """Words in which no known secret stands."""
        for hidden in sorted(self._secrets, key=len, reverse=True):
            words = words.replace(hidden, _HIDDEN)
        return words


class Asker:
    """Sends requests until each is answered, or gives up with words that name what happened."""

    def __init__(self, name: str, settings: RestSettings, client: httpx.Client, pace: Pace) -> None:
        """`client` has the headers and the timeout already."""
        self.redact = Redactor(settings)
        self.retried: Counter[str] = Counter()
        self._name, self._settings, self._client, self._pace = name, settings, client, pace
        self._free_at = pace.clock()

    def ask(self, method: str, url: httpx.URL, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """The answer to a request.

        Raises:
            SourceUnreachable: There was none in all tries.
            InputError: The server refuses the request.
            SettingsError: The address is none.
        """
        tries, reason = 0, ""
        while True:
            self._wait_for_turn()
            tries += 1
            answer: httpx.Response | None = None
            try:
                answer = self._client.request(method, url, json=body)
                if answer.is_success:
                    return answer
                reason = f"it answered {answer.status_code} {answer.reason_phrase}".rstrip()
            except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:
                raise SettingsError(
                    f"Source {self._name}: {self.redact.url(url)} cannot be asked: {self.redact.text(str(error))}."
                    " Write an address such as https://api.example.com/orders."
                ) from None
            except httpx.RequestError as error:
                reason = self.redact.text(f"{_kind(error)} ({error})" if str(error) else _kind(error))
            if (
                answer is not None
                and answer.status_code != httpx.codes.TOO_MANY_REQUESTS
                and not answer.is_server_error
            ):
                raise InputError(self._refusal(url, answer, reason))
            pause = self._pause(tries, answer)
            if tries > self._settings.retries or pause > LONGEST_WISH_SECONDS:
                raise SourceUnreachable(self._given_up(url, tries, reason, pause)) from None
            self.retried[str(answer.status_code) if answer is not None else reason.partition(" (")[0]] += 1
            self._pace.sleep(pause)

    def _wait_for_turn(self) -> None:
        per_second = self._settings.requests_per_second
        if per_second is None:
            return
        now = self._pace.clock()
        if now < self._free_at:
            self._pace.sleep(self._free_at - now)
            now = max(self._pace.clock(), self._free_at)
        self._free_at = now + 1 / per_second

    def _pause(self, tries: int, answer: httpx.Response | None) -> float:
        """As long as the server asks for; else anything up to a bound that doubles, so that clients do not march."""
        wish = _retry_after(answer) if answer is not None else None
        if wish is not None:
            return wish
        return self._pace.chance.uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(tries - 1, 16)))

    def _refusal(self, url: httpx.URL, answer: httpx.Response, reason: str) -> str:
        if answer.is_redirect:
            moved = self.redact.url(url.join(answer.headers.get("location", "")))
            repair = f"It has moved to {moved}. Write that as its url."
        elif answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            repair = f"Check the headers and params of [sources.{self._name}.rest] that let you in."
        else:
            repair = f"Check url and params of [sources.{self._name}.rest]."
        said = self.redact.text(" ".join(answer.text.split())[:_EXCERPT])
        saying = f", saying {said!r}" if said else ""
        return f"Source {self._name}: {self.redact.url(url)} refused: {reason}{saying}. {repair}"

    def _given_up(self, url: httpx.URL, tries: int, reason: str, pause: float) -> str:
        wish = f" and asks to be left alone for {pause:,.0f} seconds" if pause > LONGEST_WISH_SECONDS else ""
        return (
            f"Source {self._name}: {self.redact.url(url)} did not answer in {tries} {'try' if tries == 1 else 'tries'};"
            f" at last {reason}{wish}. Nothing of this load was kept. See that the server runs and is reachable from"
            " here, and run again."
        )


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds that the server asks to wait; a date is taken against the server's own clock."""
    wish = answer.headers.get("retry-after", "").strip()
    if wish.isdigit():
        return float(wish[:9])
    try:
        until, now = parsedate_to_datetime(wish), parsedate_to_datetime(answer.headers.get("date", ""))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _kind(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "it took too long"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return "the connection broke off"


def _is_long(value: str) -> bool:
    """A secret of a letter or two would take those letters out of every word; `Bearer` and its kind are no secrets."""
    return len(value) >= _SHORTEST_SECRET and value.lower() not in ("bearer", "basic", "token", "digest")
