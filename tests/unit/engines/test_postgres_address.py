"""URLs of databases: what they leave out, what they hide, and what is none."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from regulars.engines.postgres_address import Address
from regulars.errors import SettingsError


def test_every_part_arrives_at_the_driver_as_it_was_meant() -> None:
    address = Address.of("postgres://a%40b:p%2Fw%3A@db:6543/my%20shop?sslmode=verify-full")
    assert (address.user, address.password, address.host, address.port, address.database) == (
        "a@b",
        "p/w:",
        "db",
        6543,
        "my shop",
    )
    parts = urlsplit(address.uri)
    assert parts.netloc == "a%40b:p%2Fw%3A@db:6543"
    options = dict(parse_qsl(parts.query))
    assert options["sslmode"] == "verify-full"
    assert options["application_name"] == "regulars"
    assert {"connect_timeout", "keepalives_idle"} <= options.keys()


def test_what_the_url_leaves_out_is_taken_from_the_variables_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGUSER": "ann", "PGPASSWORD": "sesame", "PGHOST": "db", "PGPORT": "6000"}.items():
        monkeypatch.setenv(name, value)
    assert Address.of("postgresql:///shop") == Address("db", 6000, "shop", "ann", "sesame", {})


def test_a_socket_is_a_host_too() -> None:
    address = Address.of("postgresql://ann@/shop?host=/run/postgresql")
    assert dict(parse_qsl(urlsplit(address.uri).query))["host"] == "/run/postgresql"


@pytest.mark.parametrize("url", ["postgresql://db", "postgresql://db:port/shop", "postgresql://db/a/b"])
def test_what_is_no_url_of_a_database_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError, match=r"Write it as postgresql://user:password@host:5432/database"):
        Address.of(url)


def test_the_words_of_a_driver_lose_the_password() -> None:
    address = Address.of("postgresql://ann:s%2Fsame@db/shop")
    told = address.plain(Exception('IO: [libpq] FATAL: bad "s/same" or s%2Fsame. SQLSTATE: 28P01\nmore'))
    assert told == 'bad "***" or ***'
    assert "s/same" not in repr(address)
