import io

import pytest

from regulars.errors import InputError
from regulars.sources.blocks import Block, blocks, decoder, strictly


def cut(text: bytes, skipped: int = 0, delimiter: str | None = ",", width: int = 2) -> list[Block]:
    return list(blocks(io.BytesIO(text).read, decoder("utf-8", is_checked=True), skipped, delimiter, width))


def test_the_lines_of_the_header_are_left_out() -> None:
    assert b"".join(block.text for block in cut(b"sep=,\r\nid,x\r\n1,2\r\n", skipped=2)) == b"1,2\r\n"
    assert cut(b"id,x", skipped=1) == []


def test_a_block_with_quotes_says_how_many_records_it_has() -> None:
    first, last = cut(b'1,"a\nb"\n\n2,c\n3,"d\n4,e\n')
    assert (first.records, first.is_multiline, first.set_aside) == (2, True, ())
    assert (last.text, last.records) == (b"4,e\n", 1)
    assert last.set_aside == ((0, "opens a quote that it does not close", '3,"d'),)


def test_without_a_delimiter_quotes_mean_nothing() -> None:
    assert cut(b'1 "a\n2 b\n', delimiter=None) == [Block(b'1 "a\n2 b\n')]


def test_decoding_leaves_out_marks_and_nul_bytes() -> None:
    decode = decoder("utf-16", is_checked=False)
    wide = "a\0é".encode("utf-16")
    assert decode(wide[:3], False) + decode(wide[3:], False) + decode(b"", True) == "aé".encode()
    assert decoder("utf-8", is_checked=True)(b"\xef\xbb\xbfa", False) == b"a"


def test_a_text_that_is_no_utf_8_is_noticed() -> None:
    with pytest.raises(UnicodeDecodeError):
        decoder("utf-8", is_checked=False)(b"\xff", True)


def test_a_record_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.sources.blocks._LONGEST_RECORD", 10)
    monkeypatch.setattr("regulars.sources.blocks._FIRST_BLOCK", 20)
    with pytest.raises(InputError, match="longer than"):
        cut(b"x" * 50)


def test_a_strict_cut_finds_quotes_that_open_in_the_middle_of_a_line() -> None:
    block = strictly(Block(b'x"y,"2\n3,4\n', records=2), ",", 2)
    assert (block.text, [position for position, *_ in block.set_aside]) == (b"3,4\n", [0])
