"""From page to page of a REST API: by Link header, by cursor or by number, and never round in circles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from regulars.errors import InputError
from regulars.source_settings import RestSettings, secret
from regulars.sources.http_asking import Asker, Redactor

MOST_PAGES = 1_000_000
_MISSING = object()
_EXCERPT = 80

Read = Callable[[bytes], Any]


@dataclass(frozen=True)
class Answer:
    """One page or batch: what was asked, and what came."""

    where: str
    records: Any
    content: Any
    response: httpx.Response
    path: str

    @classmethod
    def of(
        cls, response: httpx.Response, url: httpx.URL, number: int, path: str, redact: Redactor, read: Read
    ) -> Answer:
        """Parses an answer and finds its records.

        Raises:
            InputError: It is no JSON, or has nothing where the records should be.
        """
        where = f"page {number:,} of {redact.url(url)}"
        try:
            content = read(response.content)
        except ValueError as error:
            start = redact.text(response.content[:_EXCERPT].decode(errors="replace"))
            kind = response.headers.get("content-type", "no content type")
            raise InputError(
                f"{where} is no JSON ({redact.text(str(error))}): it is {len(response.content):,} bytes of {kind}"
                f" that begin with {start!r}. Check the url."
            ) from None
        answer = cls(where, found_at(content, path), content, response, path)
        if answer.records is _MISSING:
            raise answer.no_list(_MISSING)
        return answer

    def no_list(self, found: Any) -> InputError:
        """What to say when the records are no list."""
        place = f"at `{self.path}`" if self.path else "as its whole content"
        what = "nothing" if found is _MISSING else _kind(found)
        keys = (
            f" The answer has the keys {', '.join(map(str, self.content))}." if isinstance(self.content, dict) else ""
        )
        return InputError(
            f"{self.where} has {what} {place}, where a list of records should be.{keys} Set `records` to its place,"
            " such as data.items."
        )


def found_at(content: Any, path: str) -> Any:
    """What lies at a dotted path of keys; a key that has dots itself is found as well."""
    if not path:
        return content
    if not isinstance(content, dict):
        return _MISSING
    if path in content:
        return content[path]
    head, _, rest = path.partition(".")
    return found_at(content[head], rest) if rest and head in content else _MISSING


def pages(
    name: str, settings: RestSettings, asker: Asker, read: Read, params: Mapping[str, str], hidden: set[str]
) -> Iterator[Answer]:
    """Every page, each asked for when the one before has been used.

    Args:
        name: The source.
        settings: Its settings.
        asker: Sends the requests.
        read: Parses an answer.
        params: The parameters of every request.
        hidden: Those that are secret: an address that the server gives for the next page may lack them.

    Raises:
        InputError: A page has no records, leads to one that was read before or to another server, or there is no end.
    """
    first = httpx.URL(secret(settings.url)).copy_merge_params(dict(params))
    if settings.pages == "page":
        first = first.copy_set_param(settings.page_param, str(settings.first_page))
    url, seen, last = first, {_mark(str(first))}, b""
    for number in range(1, MOST_PAGES + 1):
        answer = Answer.of(asker.ask("GET", url), url, number, settings.records, asker.redact, read)
        yield answer
        if settings.pages == "page":
            if not answer.records:
                return
            content = _mark(answer.response.content)
            if content == last:
                raise InputError(
                    f"Source {name}: {answer.where} is the same as the page before. Does the API know the parameter"
                    f" `{settings.page_param}`? Set page_param to what it takes."
                )
            last, following = content, first.copy_set_param(settings.page_param, str(settings.first_page + number))
        else:
            step = _next(settings, answer, url, first)
            if step is None:
                return
            following = step
            _refuse_stranger(name, asker, following, first)
            following = following.copy_merge_params(
                {key: params[key] for key in hidden if key in params and key not in following.params}
            )
        if _mark(str(following)) in seen:
            raise InputError(
                f"Source {name}: {answer.where} leads to {asker.redact.url(following)}, which was read before. The API"
                " goes round in circles; check `pages`, `cursor` and `cursor_param`."
            )
        seen.add(_mark(str(following)))
        url = following
    raise InputError(
        f"Source {name}: {asker.redact.url(first)} has more than {MOST_PAGES:,} pages. Set `watermark` and a {{since}}"
        " in `params`, ask for larger pages, or check `pages`."
    )


def _next(settings: RestSettings, answer: Answer, url: httpx.URL, first: httpx.URL) -> httpx.URL | None:
    """Where the next page is; None when this was the last."""
    if settings.pages == "link":
        link = answer.response.links.get("next", {}).get("url")
        return _joined(url, link, answer) if link else None
    if settings.pages == "cursor":
        cursor = found_at(answer.content, settings.cursor)
        if cursor is _MISSING or cursor is None or cursor is False or cursor == "":
            return None
        if isinstance(cursor, dict | list):
            raise InputError(
                f"{answer.where} has {_kind(cursor)} as cursor at `{settings.cursor}`. Set `cursor` to a text."
            )
        text = str(cursor)
        # A cursor in base64 can begin with a slash, and never has a question mark.
        if text.startswith(("https://", "http://")) or (text.startswith("/") and "?" in text):
            return _joined(url, text, answer)
        return first.copy_set_param(settings.cursor_param, text)
    return None


def _joined(url: httpx.URL, address: str, answer: Answer) -> httpx.URL:
    try:
        return url.join(address)
    except httpx.InvalidURL as error:
        raise InputError(f"{answer.where} names a next page that is no address: {error}. Check `pages`.") from None


def _refuse_stranger(name: str, asker: Asker, url: httpx.URL, first: httpx.URL) -> None:
    """Headers that let us in here are not sent elsewhere because an answer says so."""
    if (url.scheme, url.host, url.port) != (first.scheme, first.host, first.port):
        raise InputError(
            f"Source {name}: the next page lies on another server, {asker.redact.url(url)}, which is not asked lest it"
            " see your keys. If it is the right one, set `url` to an address there."
        )


def _mark(content: str | bytes) -> bytes:
    return hashlib.blake2b(content.encode() if isinstance(content, str) else content, digest_size=12).digest()


def _kind(found: Any) -> str:
    if found is None:
        return "null"
    if isinstance(found, dict):
        return f"an object with {', '.join(map(str, list(found)[:8])) or 'no keys'}"
    return {list: "a list", str: "a text", bool: "true or false"}.get(type(found), "a number")
