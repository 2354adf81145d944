"""Stores of files that tests start for themselves: a web server, and a server of as much of S3 as reading needs."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

KEY, SECRET = "AKIAREGULARS", "hunter2-secret"
_STAMP = "2025-01-03T00:00:00.000Z"
_HTTP_STAMP = "Fri, 03 Jan 2025 00:00:00 GMT"


class Store(ThreadingHTTPServer):
    """Serves `files`; `cuts` says after how many bytes the next answers break off, `statuses` what they say instead.

    Attributes:
        files: Content by path without the first slash; for S3 the path begins with the bucket.
        asked: How often each method and path was asked for.
    """

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.files: dict[str, bytes] = {}
        self.buckets: set[str] = set()
        self.cuts: list[int] = []
        self.statuses: list[int] = []
        self.asked: Counter[str] = Counter()
        self.needs_key = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are no news."""


class _Web(BaseHTTPRequestHandler):
    """Files and folders with links, as web servers show them."""

    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path).lstrip("/")
        self.server.asked[f"{self.command} {path}"] += 1
        if self.command == "GET" and self.server.statuses:
            return self.answer(self.server.statuses.pop(0), b"")
        if path in self.server.files:
            return self.answer(200, self.server.files[path])
        below = sorted({name[len(path) :].split("/")[0] for name in self.server.files if name.startswith(path)})
        if path.endswith("/") and below:
            links = "".join(f'<a href="{name}">{name}</a>' for name in below)
            return self.answer(200, f"<html>{links}</html>".encode(), {"Content-Type": "text/html"})
        return self.answer(404, b"")

    def answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")) if status == 200 else None
        size, more = len(content), {"Accept-Ranges": "bytes", **(headers or {})}
        if found:
            first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
            status, content = 206, content[first : last + 1]
            more["Content-Range"] = f"bytes {first}-{last}/{size}"
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "HEAD":
            return
        is_file = status in (200, 206) and "text/html" not in more.values() and "application/xml" not in more.values()
        if is_file and self.server.cuts:
            self.wfile.write(content[: self.server.cuts.pop(0)])
            self.close_connection = True
            return
        self.wfile.write(content)


class _S3(_Web):
    """HEAD and GET of objects, with ranges, and ListObjectsV2; path style, and signatures by the key they name."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        bucket, _, key = unquote(address.path).lstrip("/").partition("/")
        self.server.asked[f"{self.command} {bucket}/{key}"] += 1
        if self.server.needs_key and f"Credential={KEY}/" not in self.headers.get("Authorization", ""):
            return self.refuse(403, "AccessDenied", "Access Denied")
        if bucket not in self.server.buckets:
            return self.refuse(404, "NoSuchBucket", "The specified bucket does not exist")
        if not key:
            return self.listing(bucket, asked)
        content = self.server.files.get(f"{bucket}/{key}")
        if content is None:
            return self.refuse(404, "NoSuchKey", "The specified key does not exist.")
        if self.command == "GET" and self.server.statuses:
            return self.refuse(self.server.statuses.pop(0), "SlowDown", "Please reduce your request rate.")
        return self.answer(200, content, {"ETag": _tag(content), "Last-Modified": _HTTP_STAMP})

    def listing(self, bucket: str, asked: dict[str, str]) -> None:
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        keys = sorted(name.partition("/")[2] for name in self.server.files if name.startswith(f"{bucket}/{prefix}"))
        folders, shown = set(), []
        for key in keys:
            rest = key[len(prefix) :]
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.split(delimiter)[0] + delimiter)
            else:
                shown.append(key)
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{_STAMP}</LastModified>"
            f"<ETag>{escape(_tag(content))}</ETag><Size>{len(content)}</Size></Contents>"
            for key in shown
            for content in [self.server.files[f"{bucket}/{key}"]]
        )
        prefixes = "".join(f"<CommonPrefixes><Prefix>{escape(f)}</Prefix></CommonPrefixes>" for f in sorted(folders))
        self.xml(
            200,
            f"<ListBucketResult><Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><MaxKeys>1000</MaxKeys>"
            f"<KeyCount>{len(shown) + len(folders)}</KeyCount><IsTruncated>false</IsTruncated>{contents}{prefixes}"
            "</ListBucketResult>",
        )

    def refuse(self, status: int, code: str, message: str) -> None:
        self.xml(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>")

    def xml(self, status: int, text: str) -> None:
        self.answer(status, f'<?xml version="1.0"?>{text}'.encode(), {"Content-Type": "application/xml"})


def _tag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


@contextmanager
def web() -> Iterator[Store]:
    with _served(Store(_Web)) as store:
        yield store


@contextmanager
def s3() -> Iterator[Store]:
    with _served(Store(_S3)) as store:
        yield store


@contextmanager
def _served(store: Store) -> Iterator[Store]:
    thread = threading.Thread(target=store.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        store.shutdown()
        store.server_close()
        thread.join()
