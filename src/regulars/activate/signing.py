"""Signatures as Standard Webhooks asks for them (https://www.standardwebhooks.com): HMAC-SHA256 of id, time and body.

A receiver checks them with the library of its language, or in three lines.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from regulars.errors import SettingsError

_PREFIX = "whsec_"
# What the specification asks for.
_SHORTEST, _LONGEST = 24, 64


def new_secret() -> str:
    """A secret of 32 random bytes as receivers' libraries take it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str, name: str) -> bytes:
    """The key of a secret such as `whsec_…`.

    Raises:
        SettingsError: It is none. It is not repeated in the words.
    """
    try:
        key = base64.b64decode(secret.strip().removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise SettingsError(
            f"The secret of webhook {name} is no base64 after whsec_. Make one with `regulars webhooks secret`."
        ) from None
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise SettingsError(
            f"The secret of webhook {name} has {len(key)} bytes; {_SHORTEST} to {_LONGEST} are needed. Make one with"
            " `regulars webhooks secret`."
        )
    return key


def signed_headers(keys: Sequence[bytes], message_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The three headers of a message.

    Args:
        keys: The keys to sign with, one after the other: the present one, and the one before while they are changed.
        message_id: The same in every try.
        seconds: When this try is made, since 1970.
        body: What is posted.
    """
    content = f"{message_id}.{seconds}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
