"""Where the systems of a demo shop are, as the user gave them: addresses that may be written into a settings file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from regulars.errors import SettingsError
from regulars.source_settings import secret

_API_IN_A_VARIABLE = " There it ends with /purchases."


@dataclass(frozen=True)
class Addresses:
    """The address of each system, or env:NAME; what has none stays a file.

    Attributes:
        postgres: URL of a PostgreSQL database.
        mongo: URL of a MongoDB server.
        kafka: Bootstrap servers.
        kafka_options: Settings of librdkafka, such as how to log in.
        api: URL that `regulars demo-api` serves at, such as http://127.0.0.1:8900; a variable holds it with /purchases.
    """

    postgres: str | None = None
    mongo: str | None = None
    kafka: str | None = None
    api: str | None = None
    kafka_options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls, postgres: str | None, mongo: str | None, kafka: str | None, api: str | None, kafka_options: Sequence[str]
    ) -> Addresses:
        """The addresses with settings of librdkafka as KEY=VALUE.

        Raises:
            SettingsError: One is no such pair, or holds a secret that would have to stand in the settings file.
        """
        pairs = []
        for option in kafka_options:
            key, sign, value = (part.strip() for part in option.partition("="))
            if not (key and sign and value):
                raise SettingsError(f"--kafka-option {key} is no KEY=VALUE. Write it as security.protocol=SSL.")
            pairs.append((key, value))
        return cls(postgres, mongo, kafka, api, tuple(pairs))

    def __post_init__(self) -> None:
        for key, value in self.kafka_options:
            if any(word in key for word in ("password", "secret", "pem")) and not value.startswith("env:"):
                raise SettingsError(
                    f"--kafka-option {key} holds a secret, and it would have to stand in regulars.toml."
                    f" Put it into a variable and name that: --kafka-option {key}=env:KAFKA_SECRET."
                )
        for option in ("postgres", "mongo", "api"):
            address = getattr(self, option)
            if address is not None and _has_password(address):
                raise SettingsError(
                    f"The address of --{option} holds a password, and it would have to stand in regulars.toml."
                    f" Put the address into a variable, such as SHOP_{option.upper()}, and name that:"
                    f" --{option} env:SHOP_{option.upper()}.{_API_IN_A_VARIABLE if option == 'api' else ''}"
                )


def opened(address: str) -> str:
    """The address itself, also of one that a variable holds.

    Raises:
        SettingsError: The variable is not set.
    """
    return secret(address)


def server_of(address: str) -> str:
    """The host and the port of an address, without user and password."""
    return address.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2] or "this machine"


def without_password(text: str, address: str) -> str:
    """What a driver says, without the password of the address that it was given."""
    line = next((line for line in text.splitlines() if line.strip()), "it gives no reason").strip().rstrip(". ")
    for hidden in (address, *_passwords(address)):
        line = line.replace(hidden, "…")
    return line


def _has_password(address: str) -> bool:
    return not address.startswith("env:") and bool(_passwords(address))


def _passwords(address: str) -> list[str]:
    """The passwords in an address, also in one that cannot be taken apart."""
    try:
        parts = urlsplit(address)
        found = [parts.password, *(value for key, value in parse_qsl(parts.query) if "pass" in key.lower())]
    except ValueError:
        found = [address.rpartition("@")[0].rpartition(":")[2]]
    return [word for word in found if word]
