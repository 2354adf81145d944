"""By which names the server may be called, and where it may listen: nobody without a key gets in from outside."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from regulars.errors import SettingsError
from regulars.serve.auth import KeyStore

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::\d{1,5})?")


def check_binding(host: str, store: KeyStore) -> None:
    """Refuses to listen where others can reach the server while no key keeps them out.

    Raises:
        SettingsError: The host is not loopback and no key is valid.
    """
    if not is_loopback(host) and not store.has_valid_keys():
        raise SettingsError(
            f"Listening at {host} lets others in, and there is no valid API key to keep them out."
            " Make one with `regulars keys add NAME --role admin`, or listen at 127.0.0.1."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; of names only `localhost` is known to be one."""
    if host.lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback


def name_of(header: str) -> str | None:
    """The name in a Host header, without its port and in small letters; None when it is no name."""
    found = _HOST.fullmatch(header)
    return (found["six"] or found["name"]).lower() if found else None


class AllowedHosts:
    """The names that a request may call the server by.

    On loopback other names are refused even without a list: a page of another site could have its own name lead to this
    machine, and read what it likes (DNS rebinding). Elsewhere keys are what guards, so a list is up to the owner.
    """

    def __init__(self, allowed: Sequence[str], bound: str) -> None:
        names = [name.lower() for name in allowed]
        if not names and is_loopback(bound):
            names = [*_LOOPBACK_NAMES, bound.strip("[]").lower()]
        self._is_any = not names
        self._names = frozenset(name for name in names if not name.startswith("*."))
        self._endings = tuple(name[1:] for name in names if name.startswith("*."))

    def allow(self, header: str) -> bool:
        """Whether a request with this Host header is for this server."""
        name = name_of(header)
        return name is not None and (self._is_any or name in self._names or name.endswith(self._endings or ("\0",)))
