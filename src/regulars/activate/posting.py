"""One request to a receiver: posted from beginning to end within its time, or told why not.

Nothing is followed, nothing secret is said, and of an answer no more than a few words are read.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from regulars import __version__
from regulars.activate.addresses import RefusedAddress, destination

KEPT_CHARACTERS = 500
_READ_BYTES = 2000
_MOST_SECONDS = 10**7


@dataclass(frozen=True)
class Answer:
    """What came of a request.

    Args:
        status: The status of the answer; None = there was none.
        words: What happened, for people.
        wish: Seconds for which the receiver asks to be left alone.
    """

    status: int | None
    words: str
    wish: float | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing more."""
        return self.status == 410


async def post(
    client: httpx.AsyncClient,
    url: httpx.URL,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    allow_private: bool,
) -> Answer:
    """Posts a body and reads the answer, in so many seconds in all."""
    try:
        async with asyncio.timeout(seconds):
            place = await destination(url, allow_private=allow_private)
            return await _posted(client, url, place.url, place.host, place.name, body, headers)
    except RefusedAddress as error:
        return Answer(None, str(error))
    except (TimeoutError, httpx.TimeoutException):
        return Answer(None, f"no answer within {seconds:g} seconds")
    except httpx.ConnectError as error:
        return Answer(None, f"no connection: {_cleaned(str(error))}")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(None, f"the connection broke off: {type(error).__name__}")


def new_client() -> httpx.AsyncClient:
    """A client that follows nothing, and goes through no proxy, which would connect to what it finds by itself."""
    return httpx.AsyncClient(
        follow_redirects=False,
        trust_env=False,
        timeout=None,
        limits=httpx.Limits(max_connections=20, keepalive_expiry=10),
    )


async def _posted(
    client: httpx.AsyncClient,
    url: httpx.URL,
    by_number: httpx.URL,
    host: str,
    name: str,
    body: bytes,
    headers: Mapping[str, str],
) -> Answer:
    request = client.build_request(
        "POST",
        by_number,
        content=body,
        headers={
            "host": host,
            "content-type": "application/json",
            "user-agent": f"Regulars/{__version__}",
            "accept-encoding": "identity",
            **headers,
        },
        extensions={"sni_hostname": name},
    )
    answer = await client.send(request, stream=True)
    try:
        said = b""
        async for part in answer.aiter_raw():
            said += part[: _READ_BYTES - len(said)]
            if len(said) >= _READ_BYTES:
                break
        return Answer(answer.status_code, _told(answer, said, url), _wish(answer))
    finally:
        await answer.aclose()


def _told(answer: httpx.Response, said: bytes, url: httpx.URL) -> str:
    told = f"{answer.status_code} {_cleaned(answer.reason_phrase)}".rstrip()
    if answer.is_redirect:
        moved = url.join(answer.headers.get("location", ""))
        return f"{told}: it redirects to {moved.scheme}://{moved.host}, which is not followed; write that as its url"
    words = _cleaned(said.decode(errors="replace"))
    return f"{told}, saying: {words}"[:KEPT_CHARACTERS] if words and not answer.is_success else told


def _cleaned(words: str) -> str:
    """One line without signs that a terminal would obey."""
    return " ".join(re.sub(r"[^\w\s!-~¡-￼]|[\x00-\x1f\x7f-\x9f]", " ", words).split())


def _wish(answer: httpx.Response) -> float | None:
    """Seconds that the receiver asks to wait; a date is taken against its own clock."""
    wish = answer.headers.get("retry-after", "").strip()
    if wish.isdigit():
        return min(float(wish[:9]), _MOST_SECONDS)
    try:
        until, now = parsedate_to_datetime(wish), parsedate_to_datetime(answer.headers.get("date", ""))
        return min(max((until - now).total_seconds(), 0.0), _MOST_SECONDS)
    except (ValueError, TypeError):
        return None
