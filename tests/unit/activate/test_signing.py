"""Signatures are those of Standard Webhooks, held against a vector of its libraries."""

from __future__ import annotations

import base64

import pytest

from regulars.activate.signing import key_of, new_secret, signed_headers
from regulars.errors import SettingsError

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize("secret", [SECRET, f"whsec_{SECRET}", f"whsec_{SECRET}\n"])
def test_the_signature_is_that_of_the_specifications_libraries(secret: str) -> None:
    headers = signed_headers(
        [key_of(secret, "crm")], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_secrets_are_changed_both_sign() -> None:
    old, new = key_of(SECRET, "crm"), key_of(new_secret(), "crm")
    signatures = signed_headers([new, old], "msg_1", 1, b"x")["webhook-signature"].split()
    [of_old] = signed_headers([old], "msg_1", 1, b"x")["webhook-signature"].split()
    assert len(signatures) == 2
    assert signatures[1] == of_old != signatures[0]


def test_a_new_secret_is_one_that_libraries_take_and_never_the_same() -> None:
    assert len(key_of(new_secret(), "crm")) == 32
    assert new_secret() != new_secret()


@pytest.mark.parametrize("secret", ["whsec_a*b", base64.b64encode(b"too short").decode(), "whsec_"])
def test_what_is_no_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(SettingsError, match="webhook crm") as refused:
        key_of(secret, "crm")
    assert secret.removeprefix("whsec_") == "" or secret.removeprefix("whsec_") not in str(refused.value)
