"""API keys: made, shown once, stored as a hash, rotated with a grace period, revoked, and found again by their secret.

A key reads `rgl_<id>_<secret>`: the id finds it and may be shown, the secret has 256 random bits. Such a secret cannot
be guessed, so a fast hash keeps it as safe as a slow one, and a look-up costs microseconds (DECISIONS).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
import threading
import time
from typing import Any

import pyarrow as pa

from regulars.engines.access_records import KeyRecord
from regulars.engines.base import Engine
from regulars.engines.journal import ledger_time
from regulars.errors import InputError
from regulars.serve.masking import masked
from regulars.serve.roles import Principal, Role

__all__ = ["KeyStore", "Principal", "Role", "masked", "span"]

PREFIX = "rgl"
# How old the server's picture of the keys may be: so long a revoked key may still open the door.
REFRESH_SECONDS = 2.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SPAN = re.compile(r"([0-9]{1,4})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NOBODY = hashlib.sha256(b"no key has this hash").hexdigest()


class KeyStore:
    """The keys of a warehouse. Looking one up is fast and safe from several threads at once."""

    def __init__(self, engine: Engine) -> None:
        self._records = engine.access
        self._turn = threading.Lock()
        self._known: dict[str, KeyRecord] = {}
        self._read_at: float | None = None

    def verify(self, secret: str) -> Principal | None:
        """Whose key it is; None when it is nobody's, or has expired or been revoked."""
        self.catch_up()
        parts = secret.split("_", 2)
        found = self._known.get(parts[1]) if len(parts) == 3 and parts[0] == PREFIX else None
        # The same work for a key that does not exist, so that time does not tell which ids do.
        matches = hmac.compare_digest(hashed(secret), found.secret_hash if found else _NOBODY)
        if found is None or not matches or not found.is_valid(ledger_time()):
            return None
        return Principal(found.name, Role.of(found.role), found.key_id)

    def holder(self, key_id: str) -> Principal | None:
        """Whose key has this id, for those who showed its secret before; None when it has expired or been revoked."""
        self.catch_up()
        found = self._known.get(key_id)
        if found is None or not found.is_valid(ledger_time()):
            return None
        return Principal(found.name, Role.of(found.role), found.key_id)

    def has_keys(self) -> bool:
        """Whether a key was ever given: taking the last one away opens nothing."""
        self.catch_up()
        return bool(self._known)

    def has_valid_keys(self) -> bool:
        """Whether some key opens the door now."""
        now = ledger_time()
        self.refresh()
        return any(key.is_valid(now) for key in self._known.values())

    def is_stale(self) -> bool:
        """Whether the next look-up reads the store first, which may take a moment."""
        return self._read_at is None or time.monotonic() - self._read_at > REFRESH_SECONDS

    def catch_up(self) -> None:
        """Reads the store if what is known of it is too old; of many who come at once one reads.

        Raises:
            WarehouseError: It does not answer; nobody is let in on an old picture of it.
        """
        if self.is_stale():
            with self._turn:
                if self.is_stale():
                    self._read()

    def refresh(self) -> None:
        """Reads the store.

        Raises:
            WarehouseError: It does not answer.
        """
        with self._turn:
            self._read()

    def _read(self) -> None:
        self._known = {key.key_id: key for key in self._records.all_keys()}
        self._read_at = time.monotonic()

    def add(self, name: str, role: Role, *, expires_in: dt.timedelta | None = None) -> str:
        """Makes a key and returns it: the only time that its secret is seen.

        Raises:
            InputError: The name is unfit, or taken by a key that is still valid.
        """
        if not _NAME.fullmatch(name):
            raise InputError(
                f"`{name}` cannot name a key. Use up to 64 letters, digits, dots, dashes and underscores,"
                " such as dashboard or crm-sync."
            )
        now = ledger_time()
        if any(key.name == name and key.is_valid(now) for key in self._records.all_keys()):
            raise InputError(
                f"There is a key `{name}` already. Replace it with `regulars keys rotate {name}`,"
                " or choose another name."
            )
        return self._made(name, role, now, expires_in)

    def rotate(self, name: str, grace: dt.timedelta) -> str:
        """Makes a new key in the place of one, which stays valid for the grace period at most.

        It has the role of the old one, and its lifetime if that was limited.

        Raises:
            InputError: No valid key has this name.
        """
        now = ledger_time()
        valid = [key for key in self._records.all_keys() if key.name == name and key.is_valid(now)]
        if not valid:
            raise InputError(f"No valid key is called `{name}`. `regulars keys list` shows them.")
        newest = valid[-1]
        lifetime = newest.expires_at - newest.created_at if newest.expires_at else None
        return self._made(name, Role.of(newest.role), now, lifetime, until=now + grace)

    def revoke(self, name: str) -> int:
        """Ends all keys of a name at once and returns how many were valid.

        Raises:
            InputError: No valid key has this name.
        """
        now = ledger_time()
        valid = sum(key.name == name and key.is_valid(now) for key in self._records.all_keys())
        if not valid:
            raise InputError(f"No valid key is called `{name}`. `regulars keys list` shows them.")
        self._records.revoke(name, now)
        self._read_at = None
        return valid

    def table(self) -> pa.Table:
        """All keys, without their hashes."""
        now = ledger_time()
        rows: list[dict[str, Any]] = [
            {
                "key": f"{PREFIX}_{key.key_id}_…",
                "name": key.name,
                "role": key.role,
                "state": "revoked" if key.revoked_at else "valid" if key.is_valid(now) else "expired",
                "created_at": key.created_at,
                "expires_at": key.expires_at,
                "last_used_at": key.last_used_at,
                "revoked_at": key.revoked_at,
            }
            for key in self._records.all_keys()
        ]
        return pa.Table.from_pylist(rows, schema=_SHOWN)

    def _made(
        self,
        name: str,
        role: Role,
        now: dt.datetime,
        lifetime: dt.timedelta | None,
        until: dt.datetime | None = None,
    ) -> str:
        key_id = secrets.token_hex(4)
        secret = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
        expires = now + lifetime if lifetime else None
        self._records.add_key(KeyRecord(key_id, name, role.name, hashed(secret), now, expires), until=until)
        self._read_at = None
        return secret


def hashed(secret: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def span(text: str) -> dt.timedelta:
    """A span of time such as 90d, 12h or 0s.

    Raises:
        InputError: It is none.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise InputError(f"`{text}` is no span of time. Write a number and s, m, h, d or w, such as 7d or 12h.")
    return dt.timedelta(**{_UNITS[found[2]]: int(found[1])})


_MOMENT = pa.timestamp("us")
_SHOWN = pa.schema(
    [
        *((name, pa.string()) for name in ("key", "name", "role", "state")),
        *((name, _MOMENT) for name in ("created_at", "expires_at", "last_used_at", "revoked_at")),
    ]
)
