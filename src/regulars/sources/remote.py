"""Files behind URLs: what a URL or a pattern names in a store that fsspec reaches, and words for what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from regulars.errors import InputError, RegularsError, SettingsError, SourceUnreachable
from regulars.source_settings import secret

_URL = re.compile(r"[a-z][a-z0-9+.-]*(://|::)", re.IGNORECASE)
_WEB = ("http", "https")
# Where the entity tag is made by the store and changes with every writing, so that the same tag is the same content. A
# web server makes its own, and some make it of a time in seconds.
_TAGGED = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az")
_PACKAGES = {
    "s3": "s3fs", "s3a": "s3fs", "http": "aiohttp", "https": "aiohttp", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs",
    "abfss": "adlfs", "az": "adlfs", "sftp": "paramiko", "ssh": "paramiko",
}  # fmt: skip
# The stores' packages have errors of their own, which are told by their names: none of them need be installed.
_UNREACHABLE = {
    "ConnectionError", "TimeoutError", "gaierror", "ClientConnectionError", "ClientPayloadError", "HTTPClientError",
    "ConnectionClosedError", "IncompleteReadError", "ResponseStreamingError", "ServiceRequestError", "TransportError",
    "SSHException", "NoValidConnectionsError",
}  # fmt: skip
_REFUSED = {
    "PermissionError", "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
    "TokenRetrievalError", "ClientAuthenticationError", "DefaultCredentialsError", "AuthenticationException",
}  # fmt: skip
_PATTERN_HINT = (
    " Check the pattern; quote it so that the shell leaves it alone.",
    " A web server must list its folders for a pattern. If it does not, name each file; else check the pattern.",
)
_BUSY = ("InternalError", "SlowDown", "ServiceUnavailable", "reduce your request rate")


@dataclass(frozen=True)
class RemoteFile:
    """One file of a store.

    Attributes:
        url: Its address without user, password and query, for the ledger and for messages.
        name: What people call it.
        size: Its bytes, where the store tells.
        version: The store's tag of exactly this content; None where no tag is certain.
        path: What the file system calls it.
        filesystem: fsspec's file system.
    """

    url: str
    name: str
    size: int | None
    version: str | None
    path: str = field(repr=False)
    filesystem: Any = field(repr=False, compare=False)


def is_url(pattern: str) -> bool:
    """Whether a path is one for fsspec: s3://…, https://…, or a chain such as zip://*.csv::s3://…"""
    return bool(_URL.match(pattern)) and not pattern.lower().startswith("file://")


def expand_url(pattern: str, options: Mapping[str, Any] | None = None) -> list[RemoteFile]:
    """The files that a URL names; of a pattern all that fit it, in the order of their names.

    Args:
        pattern: A URL or a pattern of one.
        options: Arguments of the file system; a text env:NAME is read from a variable.

    Raises:
        InputError: There is no such file, bucket or folder.
        SettingsError: The URL or the options do not fit, a package is missing, or the store refuses.
        SourceUnreachable: The store does not answer.
    """
    filesystem, path = _opened(pattern, options or {})
    shown, scheme = without_secrets(pattern), _scheme(pattern)
    try:
        filesystem.invalidate_cache()
        info = _info(filesystem, path)
        if info is None:
            if not any(sign in path for sign in ("*[" if scheme in _WEB else "*?[")):
                bucket = _no_bucket(filesystem, path, scheme)
                raise InputError(f"There is no file {shown}.{bucket or _near(filesystem, path)}")
            listed = filesystem.glob(path, detail=True)
            found = [listed[name] for name in sorted(listed) if listed[name].get("type") != "directory"]
            if not found:
                bucket = _no_bucket(filesystem, path, scheme)
                raise InputError(f"No file fits {shown}.{bucket or _PATTERN_HINT[scheme in _WEB]}")
        elif info.get("type") == "directory":
            raise InputError(f'{shown} is a folder. Name its files, such as "{shown.rstrip("/")}/*.csv".')
        else:
            found = [info]
    except RegularsError:
        raise
    except Exception as error:  # whatever a store's package raises
        raise told(error, shown, "be read") from None
    return [_remote(filesystem, each, pattern, scheme) for each in found]


def told(error: BaseException, url: str, what: str) -> RegularsError:
    """What a store's error means: it is not there, lets nobody in, does not answer, or something else is wrong."""
    chain = list(_causes(error))
    names = {kind.__name__ for each in chain for kind in type(each).__mro__}
    statuses = {status for each in chain if isinstance(status := getattr(each, "status", None), int)}
    words = next((text for each in chain if (text := _first_line(each))), type(error).__name__)
    words = _SECRETS.sub(r"\1***", words)
    if names & _UNREACHABLE or any(
        isinstance(status, int) and status in (429, *range(500, 600)) for status in statuses
    ):
        return SourceUnreachable(
            f"{url} cannot {what}: its server does not answer as it should: {words}."
            " Check the address and the network, then run again."
        )
    if names & _REFUSED or statuses & {401, 403}:
        return SettingsError(
            f"{url} cannot {what}: the store lets nobody in without the right credentials: {words}. Set the variables"
            " of its package, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or storage_options of the source."
        )
    if "FileNotFoundError" in names or statuses & {404, 410}:
        return InputError(f"There is no file {url}. Check its name.")
    if any(busy in words for busy in _BUSY):
        return SourceUnreachable(f"{url} cannot {what}: its server is busy: {words}. Run again later.")
    return InputError(f"{url} cannot {what}: {words}. Check the address and storage_options.")


def version_of(info: Mapping[str, Any], scheme: str) -> str | None:
    """The tag of exactly this content, where the store makes certain ones."""
    tag = info.get("ETag") or info.get("etag")
    return f"etag {str(tag).strip(chr(34))}, {info['size']} bytes" if scheme in _TAGGED and tag else None


def without_secrets(url: str) -> str:
    """A URL or chain without user, password and query."""
    return "::".join(_plain(part) for part in url.split("::"))


_SECRETS = re.compile(r"(\w+://)[^/\s@]*@|(?<=\?)[^\s'\"]+")


def _plain(part: str) -> str:
    scheme, separator, rest = part.partition("://")
    if not separator:
        return part
    server, slash, path = rest.partition("/")
    # In s3://bucket/key a question mark is a sign of a pattern; only an address of the web has a query.
    path = path.partition("?")[0] if scheme in _WEB else path
    return f"{scheme}://{server.rpartition('@')[2] if scheme not in ('abfs', 'abfss') else server}{slash}{path}"


def _scheme(url: str) -> str:
    """The protocol; empty for a chain, whose parts each have their own."""
    return "" if "::" in url else url.partition("://")[0].lower()


def _opened(url: str, options: Mapping[str, Any]) -> tuple[Any, str]:
    shown = without_secrets(url)
    try:
        import fsspec
    except ModuleNotFoundError:
        raise SettingsError(
            f"{shown} needs fsspec, which is not installed. Install it: pip install 'regulars[cloud]'."
        ) from None
    try:
        filesystem, path = fsspec.url_to_fs(url, **_arguments(url, options))
    except ImportError as error:
        schemes = [part.partition("://")[0].lower() for part in url.split("::")]
        package = next((_PACKAGES[scheme] for scheme in schemes if scheme in _PACKAGES), None) or error.name
        raise SettingsError(
            f"{shown} needs {package or 'a package'}, which is not installed. Install it:"
            f" pip install {package or 'it'}. ({_first_line(error)})"
        ) from None
    except RegularsError:
        raise
    except (TypeError, ValueError) as error:
        raise SettingsError(
            f"{shown} is no address that fsspec knows, or storage_options do not fit it: {_first_line(error)}."
            " Write one such as s3://bucket/orders.csv or https://host/orders.csv."
        ) from None
    except Exception as error:  # a file system that connects at once, or an archive that is opened
        raise told(error, shown, "be opened") from None
    return filesystem, path


def _arguments(url: str, options: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: _resolved(value) for name, value in options.items()}
    if _scheme(url) in _WEB and "client_kwargs" not in given:
        with suppress(ModuleNotFoundError):  # fsspec then says what it lacks
            from aiohttp import ClientTimeout

            # A large file may take longer than the five minutes that are allowed otherwise; a silent server may not.
            timeout = ClientTimeout(total=None, sock_connect=30, sock_read=60)
            given["client_kwargs"] = {"timeout": timeout, "trust_env": True}
    return given


def _resolved(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _resolved(each) for name, each in value.items()}
    return secret(value) if isinstance(value, str) else value


def _info(filesystem: Any, path: str) -> dict[str, Any] | None:
    """What the store knows of a path; None when there is none."""
    try:
        found: dict[str, Any] = filesystem.info(path)
    except FileNotFoundError as error:
        # fsspec tells of a web server that does not answer in the same words as of a missing file.
        reason = told(error, path, "be read")
        causes = [each for each in _causes(error) if not isinstance(each, FileNotFoundError)]
        if causes and not isinstance(reason, InputError):
            raise causes[0] from None
        return None
    return found


def _remote(filesystem: Any, info: Mapping[str, Any], pattern: str, scheme: str) -> RemoteFile:
    path = str(info["name"])
    first, chained, rest = pattern.partition("::")
    url = without_secrets(filesystem.unstrip_protocol(path) if not chained else f"{first.partition('://')[0]}://{path}")
    name = url.rstrip("/").rpartition("/")[2] or "file"
    size = info.get("size")
    url = f"{url}::{without_secrets(rest)}" if chained else url
    return RemoteFile(url, name, None if size is None else int(size), version_of(info, scheme), path, filesystem)


def _no_bucket(filesystem: Any, path: str, scheme: str) -> str:
    """Says so when there is not even the bucket."""
    root = path.split("/", maxsplit=1)[0]
    if scheme in _TAGGED:
        try:
            filesystem.ls(root)
        except FileNotFoundError:
            return f" There is no bucket {root}. Check its name, and the account or endpoint."
    return ""


def _near(filesystem: Any, path: str) -> str:
    folder, _, name = path.rpartition("/")
    with suppress(Exception):  # a store that cannot list has no suggestion
        names = [str(each).rstrip("/").rpartition("/")[2] for each in filesystem.ls(folder, detail=False)]
        if near := get_close_matches(name, names, n=3):
            return f" Did you mean {' or '.join(near)}?"
    return " Check its name."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
    lines: Iterable[str] = str(error).splitlines()
    return next((line.strip() for line in lines if line.strip()), "").rstrip(". ")
