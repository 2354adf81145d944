"""No password gets into a settings file or an error, wherever in an address it stands."""

from __future__ import annotations

import pytest

from regulars.demo.systems.addresses import Addresses, server_of, without_password
from regulars.errors import SettingsError


@pytest.mark.parametrize(
    ("option", "address"),
    [
        ("postgres", "postgresql://shop:hunter2@db/shop"),
        ("postgres", "postgresql://db/shop?user=shop&password=hunter2"),
        ("mongo", "mongodb://shop:hunter2@db:27017"),
        ("mongo", "mongodb://shop:hunter2@a:1,b:2/?replicaSet=r"),
        ("api", "https://shop:hunter2@example.com"),
        ("postgres", "postgresql://shop:hunter2@[bad/shop"),
    ],
)
def test_an_address_with_a_password_has_to_be_in_a_variable(option: str, address: str) -> None:
    with pytest.raises(SettingsError, match=rf"--{option} env:SHOP_{option.upper()}") as caught:
        Addresses(**{option: address})
    assert "hunter2" not in str(caught.value)
    said = without_password(f'\nconnection to "{address}" failed: hunter2 is wrong.\nmore', address)
    assert "hunter2" not in said
    assert said.startswith("connection to")


def test_what_holds_no_secret_is_taken() -> None:
    plain = Addresses("postgresql://shop@db/shop", "mongodb://db", "broker:9092", "http://127.0.0.1:8900")
    assert plain.postgres == "postgresql://shop@db/shop"
    assert Addresses("env:A", "env:B", None, "env:C").mongo == "env:B"
    assert [server_of(url) for url in ("postgresql://a:b@db:5/x?y=z", "mongodb://db", "postgresql:///shop")] == [
        "db:5", "db", "this machine",
    ]  # fmt: skip


def test_options_of_kafka_are_pairs_whose_secrets_are_in_variables() -> None:
    given = Addresses.of(None, None, "b:9092", None, ["sasl.password=env:SECRET", "acks = all"])
    assert given.kafka_options == (("sasl.password", "env:SECRET"), ("acks", "all"))
    with pytest.raises(SettingsError, match="acks is no KEY=VALUE"):
        Addresses.of(None, None, "b:9092", None, ["acks"])
    with pytest.raises(SettingsError, match=r"sasl\.password=env:KAFKA_SECRET") as caught:
        Addresses.of(None, None, "b:9092", None, ["sasl.password=hunter2"])
    assert "hunter2" not in str(caught.value)
