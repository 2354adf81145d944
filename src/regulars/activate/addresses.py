"""Where a webhook may be posted to: the address is looked up once, judged, and that very address is connected to.

So a name that is public when it is judged and private when it is connected to gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import TypeAlias

import httpx

from regulars.errors import SettingsError

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
# Networks in IPv6 in which an IPv4 address is wrapped that a gateway unwraps.
_TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class RefusedAddress(Exception):
    """An address that may not be posted to, or that cannot be found now."""


@dataclass(frozen=True)
class Destination:
    """A request's address by number, with the name that its host and certificate go by."""

    url: httpx.URL
    host: str
    name: str


def checked_url(url: str, name: str, *, allow_private: bool) -> httpx.URL:
    """The address of a webhook, which must be https unless private ones are allowed.

    Raises:
        SettingsError: It is none. The address is not repeated, for it may hold a secret.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    schemes = ("https", "http") if allow_private else ("https",)
    if parsed.scheme not in schemes or not parsed.host or any(sign in url for sign in "\r\n"):
        hint = "" if allow_private else ", or allow http of this machine by allow_private = true"
        raise SettingsError(
            f"The address of webhook {name} is no {' or '.join(schemes)} address. Write one such as"
            f" https://crm.example/hooks/segments{hint}."
        )
    if parsed.userinfo:
        raise SettingsError(
            f"The address of webhook {name} holds a user or password. Leave them out: requests are signed."
        )
    return parsed


async def destination(url: httpx.URL, *, allow_private: bool) -> Destination:
    """Where the request goes, by number.

    Raises:
        RefusedAddress: No such name is known, or any of its addresses is private and none may be.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, url.port or {"https": 443, "http": 80}[url.scheme], type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError):
        raise RefusedAddress(f"no address of {url.host} is known") from None
    numbers = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    private = [number for number in numbers if not is_public(number)]
    if private and not allow_private:
        raise RefusedAddress(
            f"{url.host} is {private[0]}, which is no public address; allow_private = true would allow it"
        )
    port = f":{url.port}" if url.port else ""
    literal = f"[{url.host}]" if ":" in url.host else url.host
    return Destination(url.copy_with(host=str(numbers[0])), f"{literal}{port}", url.host)


def is_public(number: _Address) -> bool:
    """Whether an address is one of the open internet, also when it is wrapped in another."""
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
        if inner is None and any(number in network for network in _TRANSLATED):
            inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return number.is_global and not number.is_multicast and not number.is_reserved
