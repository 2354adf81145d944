"""Who hears of customers that change segment, by webhooks, and who hears of runs, by messages.

Addresses and secrets are named here and lie elsewhere: `env:NAME` in a variable, `file:/path` in a file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from regulars.errors import SettingsError
from regulars.source_settings import Section, secret

SegmentEvent = Literal["entered", "moved", "left"]
Occasion = Literal["failed", "warned", "recovered", "published"]
_REFERENCE = re.compile(r"env:\w+|file:.+")


class WebhookSettings(Section):
    """Where segment events are posted, and which; [Webhooks](webhooks.md) has their format, signature and tries."""

    url: str = Field(
        description="https address that takes the POST; env:NAME or file:/path when the address itself is a secret"
    )
    secret: str = Field(
        description="What requests are signed with, as env:NAME or file:/path; `regulars webhooks secret` makes one"
    )
    previous_secret: str | None = Field(
        None, description="While secrets are changed: the old one, which requests are signed with too"
    )
    events: tuple[SegmentEvent, ...] = Field(
        ("entered", "moved", "left"), min_length=1, description="Which events are sent"
    )
    from_segments: tuple[str, ...] = Field(
        (), description="Only of customers who were in one of these; unset = whatever they were in"
    )
    to_segments: tuple[str, ...] = Field(
        (), description="Only of customers who are in one of these now; unset = whatever they are in"
    )
    fields: tuple[str, ...] = Field(
        (),
        description="Columns of customer_360 to send along, such as clv; personal ones, such as email, are sent of who"
        " agreed, as `[exports] consent` says, and are null for others",
    )
    batch_size: int = Field(500, ge=1, le=10_000, description="Events of one request at most")
    timeout_seconds: float = Field(15.0, gt=0, le=120, description="Time for one request from beginning to end")
    give_up_hours: float = Field(72.0, gt=0, description="A batch that was not taken for so long is dead")
    first_pause_seconds: float = Field(
        5.0, gt=0, description="Pause after a first failure; it doubles with each further one, up to five hours"
    )
    allow_private: bool = Field(
        False, description="Whether the address may be of this machine or network, and http without TLS"
    )

    @field_validator("secret", "previous_secret")
    @classmethod
    def _is_named(cls, value: str | None) -> str | None:
        if value is not None and not _REFERENCE.fullmatch(value):
            # The value is not repeated: it may be the secret itself.
            raise ValueError("a secret does not stand in the settings; write env:NAME or file:/path")
        return value


class NotifySettings(Section):
    """Who is told of runs, over any service of Apprise: [Notifications](webhooks.md#notifications)."""

    urls: tuple[str, ...] = Field(
        (),
        description="Addresses of Apprise, as env:NAME or file:/path, for they hold tokens; one line of a file, or of a"
        " variable, per address",
    )
    on: tuple[Occasion, ...] = Field(
        ("failed", "warned", "recovered"),
        description="What is told: runs that failed, findings of checks that did not stop one, that either is over, and"
        " publications",
    )
    timeout_seconds: float = Field(20.0, gt=0, le=120, description="Time for telling all of them")

    @field_validator("urls")
    @classmethod
    def _are_named(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        if any(not _REFERENCE.fullmatch(value) for value in values):
            raise ValueError("an address holds tokens and does not stand in the settings; write env:NAME or file:/path")
        return values


def revealed(value: str) -> str:
    """What a variable or a file holds that is named as `env:NAME` or `file:/path`; anything else stands for itself.

    Raises:
        SettingsError: There is no such variable or file.
    """
    scheme, _, name = value.partition(":")
    if scheme != "file":
        return secret(value)
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(f"The settings read {value}, and that cannot be read: {said}. Mend the file.") from None
