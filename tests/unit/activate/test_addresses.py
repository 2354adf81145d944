"""Nothing but the open internet is posted to, however the address is written, unless it is allowed."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any

import httpx
import pytest

from regulars.activate.addresses import RefusedAddress, checked_url, destination, is_public
from regulars.errors import SettingsError

PRIVATE = [
    *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
    # Addresses of IPv4 wrapped in those of IPv6.
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::"),
]
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("number", PRIVATE)
def test_these_are_private(number: str) -> None:
    assert not is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize("number", PUBLIC)
def test_these_are_public(number: str) -> None:
    assert is_public(ipaddress.ip_address(number))


def looked_up(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> list[str]:
    """Has every name be these addresses, and gives the names that were looked up."""
    asked: list[str] = []

    def find(host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        asked.append(host)
        return [
            (
                socket.AF_INET6 if ":" in number else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (number, port, 0, 0) if ":" in number else (number, port),
            )
            for number in numbers
        ]

    monkeypatch.setattr(socket, "getaddrinfo", find)
    return asked


@pytest.mark.parametrize("numbers", [["10.0.0.5"], ["93.184.215.14", "127.0.0.1"], ["::1"]])
def test_a_name_of_a_private_address_is_refused(numbers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up(monkeypatch, *numbers)
    with pytest.raises(RefusedAddress, match="no public address"):
        asyncio.run(destination(httpx.URL("https://crm.example/hook"), allow_private=False))


def test_what_was_judged_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = looked_up(monkeypatch, "93.184.215.14")
    found = asyncio.run(destination(httpx.URL("https://crm.example:8443/hook?a=1"), allow_private=False))
    assert str(found.url) == "https://93.184.215.14:8443/hook?a=1"
    assert (found.host, found.name) == ("crm.example:8443", "crm.example")
    assert asked == ["crm.example"]


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "[::ffff:7f00:1]", "[fe80::1%25lo]"])
def test_other_spellings_of_this_machine_are_refused(host: str) -> None:
    try:
        url = httpx.URL(f"https://{host}/hook")
    except httpx.InvalidURL:
        return
    with pytest.raises(RefusedAddress):
        asyncio.run(destination(url, allow_private=False))


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/hook",
        "ftp://crm.example/hook",
        "file:///etc/passwd",
        "crm.example/hook",
        "https://",
        "https://crm.example/\r\nX-Other: 1",
        "https://user:word@crm.example/",
    ],
)
def test_only_plain_https_is_an_address(url: str) -> None:
    with pytest.raises(SettingsError, match="webhook crm") as refused:
        checked_url(url, "crm", allow_private=False)
    assert "word" not in str(refused.value).replace("password", "")


def test_http_is_for_private_addresses() -> None:
    assert checked_url("http://127.0.0.1:9/x", "crm", allow_private=True).port == 9
