"""A proof says what was found and done, says nothing of the person, and tells when it was altered."""

from __future__ import annotations

import dataclasses

import pytest

from regulars.privacy.proof import Proof

PROOF = Proof(
    "20260101T000000-ab12", "20260101T000001-cd34", "2026-01-01 00:00:02", "warehouse", {"email": 1, "key": 2},
    {'raw."shop"': 3}, {"email": {"durable: raw.shop": 3}}, {}, {"tables": 9, "files": 4, "bytes": 1000}, 0,
    ("a note",),
).signed("secret")  # fmt: skip


def test_it_is_genuine_until_altered() -> None:
    assert PROOF.is_genuine("secret")
    assert not PROOF.is_genuine("another")
    assert not dataclasses.replace(PROOF, erased={}).is_genuine("secret")
    assert Proof.from_json(PROOF.json()) == PROOF
    assert Proof.from_json(PROOF.json()).is_genuine("secret")


@pytest.mark.parametrize(
    ("changes", "is_clean"),
    [
        ({}, True),
        ({"found_after": {"name": {"durable: raw.shop": 1}}}, True),
        ({"found_after": {"email": {"durable: raw.shop": 1}}}, False),
        ({"still_known": 1}, False),
    ],
)
def test_it_is_clean_when_nothing_of_their_own_is_left(changes: dict[str, object], is_clean: bool) -> None:
    proof = dataclasses.replace(PROOF, **changes)  # type: ignore[arg-type]
    assert proof.is_clean is is_clean
    assert ("Not a trace is left." in proof.text()) is is_clean


def test_it_is_told_in_words() -> None:
    words = PROOF.text()
    assert '       3  raw."shop"' in words
    assert "9 tables, 4 files, 1,000 bytes" in words
    assert PROOF.signature in words
