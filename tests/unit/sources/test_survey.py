import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.sources.survey import HEAD_BYTES, file_state, survey

Write = Callable[..., Path]


def test_equal_content_has_an_equal_hash_whatever_its_name(write: Write) -> None:
    assert survey(write("a,b\n", "x.csv")).content_hash == survey(write("a,b\n", "y.csv")).content_hash
    assert survey(write("a,b\n", "x.csv")).content_hash != survey(write("a,c\n", "y.csv")).content_hash


def test_a_file_of_many_chunks_is_seen_whole(write: Write) -> None:
    facts = survey(write(b"x" * 9_000_000 + b"\0\xe9"))
    assert (facts.bytes, facts.has_nul, facts.encoding, len(facts.head)) == (9_000_002, True, "cp1252", HEAD_BYTES)


def test_a_character_across_two_chunks_is_utf_8(write: Write) -> None:
    facts = survey(write(b"x" * (4 * 2**20 - 1) + "é".encode() + b"x" * 10))
    assert (facts.encoding, facts.is_utf8) == ("utf-8", True)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"a", "utf-8"),
        ("é".encode(), "utf-8"),
        ("é".encode("utf-8-sig"), "utf-8-sig"),
        ("é".encode("utf-16"), "utf-16"),
        ("€".encode("cp1252"), "cp1252"),
        (b"\x81\xe9", "latin-1"),
        (b"\xef\xbb\xbfcaf\xe9", "cp1252"),
    ],
)
def test_the_encoding_is_the_strictest_that_fits(write: Write, content: bytes, encoding: str) -> None:
    assert survey(write(content)).encoding == encoding


def test_the_text_of_a_gzip_is_unpacked_and_its_hash_is_of_the_file(write: Write) -> None:
    packed = gzip.compress("é,b\n".encode())
    facts = survey(write(packed))
    assert (facts.head, facts.is_gzip, facts.bytes, facts.is_utf8) == ("é,b\n".encode(), True, len(packed), True)


def test_a_damaged_gzip_is_an_input_error(write: Write) -> None:
    with pytest.raises(InputError, match="damaged gzip"):
        survey(write(gzip.compress(os.urandom(1000))[:500]))


def test_an_unknown_encoding_is_an_input_error(write: Write) -> None:
    with pytest.raises(InputError, match="`klingon` is no known encoding"):
        survey(write("a"), "klingon")


def test_the_state_of_a_file_changes_when_it_does(write: Write) -> None:
    path = write("a,b\n")
    before = file_state(path)
    path.write_text("a,b,c\n")
    assert file_state(path) != before
