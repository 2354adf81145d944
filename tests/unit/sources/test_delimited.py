import csv
import gzip
import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.sources import FileOptions, blocks, open_delivery

from .conftest import Reading, reading

Read = Callable[..., Reading]
PLAIN = "id,name,total\n1,Ann,10\n2,Bob,20\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_is_found(read: Read, delimiter: str) -> None:
    found = read(PLAIN.replace(",", delimiter))
    assert found.columns == ["id", "name", "total"]
    assert found.rows == [["1", "Ann", "10"], ["2", "Bob", "20"]]
    assert found.numbers == [1, 2]


def test_runs_of_spaces_part_columns(read: Read) -> None:
    found = read(" 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00\r\n\r\n", "cdnow.txt")
    assert found.rows == [["00001", "19970101", "1", "11.77"], ["00002", "19970112", "1", "12.00"]]
    assert "has no header line" in found.delivery.warnings[0]


def test_the_cdnow_file_has_its_published_rows(shared_data: Path) -> None:
    found = reading(open_delivery(shared_data / "CDNOW_master.txt"))
    assert len(found.rows) == 69_659
    assert round(sum(float(row[3] or 0) for row in found.rows), 2) == 2_500_315.63
    assert found.malformed == []


@pytest.mark.parametrize(
    ("encoding", "warns"),
    [("utf-8", False), ("utf-8-sig", False), ("utf-16", True), ("cp1252", True)],
)
def test_encodings_are_found(read: Read, encoding: str, warns: bool) -> None:
    found = read("id,name\n1,Zoë\n2,€5\n".encode(encoding))
    assert found.columns == ["id", "name"]
    assert found.rows == [["1", "Zoë"], ["2", "€5"]]
    assert bool(found.delivery.warnings) is warns


def test_bytes_that_cp1252_lacks_are_read_as_latin_1(read: Read) -> None:
    assert read(b"id,name\n1,\x81\xe9\n").rows == [["1", "\x81é"]]


def test_an_encoding_that_is_given_is_obeyed(read: Read) -> None:
    assert read("id,name\n1,Łódź\n".encode("cp1250"), encoding="cp1250").rows == [["1", "Łódź"]]


def test_an_encoding_that_does_not_fit_is_an_input_error(read: Read) -> None:
    with pytest.raises(InputError, match="set its encoding"):
        read(b"id,name\n1,Zo\xeb\n", encoding="utf-8")


def test_a_file_cut_off_within_a_character_is_still_read(read: Read) -> None:
    assert len(read("id,name\n1,Zoë\n".encode()[:-2]).rows) == 1


def test_nul_bytes_are_left_out_and_told(read: Read) -> None:
    found = read("id,name,total\n" + "1,A\0nn,10\n" * 3)
    assert found.rows == [["1", "Ann", "10"]] * 3
    assert "NUL" in found.delivery.warnings[0]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["", "last"])
def test_line_breaks_of_every_kind(read: Read, line_break: str, end: str) -> None:
    text = PLAIN.replace("\n", line_break)
    assert len(read(text if end else text.rstrip()).rows) == 2


def test_line_breaks_in_quotes_belong_to_the_cell(read: Read) -> None:
    found = read('id,note\n1,"a\nb ""c"""\n2,"x,y"\n3,"p\r\n\r\nq"\n')
    assert found.rows == [["1", 'a\nb "c"'], ["2", "x,y"], ["3", "p\r\n\r\nq"]]
    assert found.numbers == [1, 2, 3]


def test_line_breaks_in_the_first_cell(read: Read) -> None:
    assert read('note,id,x\n"a\nb",1,2\nc,2,3\n"d\ne, f",3,4\n').rows == [
        ["a\nb", "1", "2"],
        ["c", "2", "3"],
        ["d\ne, f", "3", "4"],
    ]


def test_a_header_alone_is_a_table_without_rows(read: Read) -> None:
    for text in ("id,name\n", "id,name", "id,name\r\n\r\n"):
        found = read(text)
        assert (found.columns, found.rows, found.malformed) == (["id", "name"], [], [])


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\ufeff", " \t\r\n"])
def test_a_file_with_nothing_in_it_is_refused(read: Read, text: str) -> None:
    with pytest.raises(InputError, match="is empty"):
        read(text)


def test_rows_of_another_width_are_malformed_with_number_and_text(read: Read) -> None:
    found = read("id,name,total\n1,Ann,10\n2,Bob\n3,Cy,30\n4,Di,40,x\n5,Ed,50\n")
    assert found.numbers == [1, 3, 5]
    assert found.malformed == [
        (2, "the row has 2 columns instead of 3", "2,Bob"),
        (4, "the row has 4 columns instead of 3", "4,Di,40,x"),
    ]


def test_a_malformed_row_that_is_not_utf_8_is_set_aside_too(read: Read) -> None:
    found = read(b"id,name\n1,Ann\n2,Zo\xeb,x\n3,Cy\n")
    assert found.malformed == [(2, "the row has 3 columns instead of 2", "2,Zoë,x")]
    assert found.numbers == [1, 3]


def test_an_open_quote_costs_one_row(read: Read) -> None:
    found = read('id,name,total\n1,Ann,10\n2,"Bob,20\n3,Cy,30\n4,"D, i",40\n')
    assert [row[0] for row in found.rows] == ["1", "3", "4"]
    assert found.malformed == [(2, "the row opens a quote that it does not close", '2,"Bob,20')]


def test_two_open_quotes_cost_two_rows(read: Read) -> None:
    found = read('id,name,total\n1,Ann,"10\n2,Bob,20\n3,Cy,30\n4,"Di,40\n5,Ed,50\n')
    assert [row[0] for row in found.rows] == ["2", "3", "5"]
    assert [number for number, *_ in found.malformed] == [1, 4]


def test_quotes_that_would_swallow_whole_rows_are_not_believed(read: Read) -> None:
    found = read('id,name,total,note\n1,Ann,10,"a\n2,Bob,20,b\n3,Cy,30,c"\n4,Di,40,d\n')
    assert [row[0] for row in found.rows] == ["2", "3", "4"]
    assert [number for number, *_ in found.malformed] == [1]


def test_a_quote_opened_after_a_stray_one_costs_one_row(read: Read) -> None:
    found = read('id,name,total\n1,5" disk,10\n2,x"y,"20\n3,Cy,30\n4,Di,40\n')
    assert [row[0] for row in found.rows] == ["1", "3", "4"]
    assert found.rows[0][1] == '5" disk'
    assert [number for number, *_ in found.malformed] == [2]


def test_a_delimiter_at_the_end_of_every_row_is_a_column_without_a_name(read: Read) -> None:
    found = read("id,name\n1,Ann,\n2,Bob,\n")
    assert found.columns == ["id", "name", "column_3"]
    assert found.rows == [["1", "Ann", None], ["2", "Bob", None]]


def test_a_sep_line_names_the_delimiter(read: Read) -> None:
    found = read("sep=;\nid;name\n1;a,b\n")
    assert (found.columns, found.rows) == (["id", "name"], [["1", "a,b"]])


def test_a_cell_of_ten_megabytes_is_kept(read: Read) -> None:
    cell = "x" * 10_000_000
    found = read(f'id,note\n1,{cell}\n2,"{cell[:5_000_000]}\n{cell}"\n3,c\n')
    assert [len(row[1] or "") for row in found.rows] == [10_000_000, 15_000_001, 1]


def test_a_row_without_end_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_LONGEST_RECORD", 2**20)
    with pytest.raises(InputError, match="longer than"):
        read("id,note\n1," + "x" * 3_000_000)


def test_gzip_is_read_whatever_its_name(read: Read) -> None:
    assert read(gzip.compress(PLAIN.encode()), "orders.csv").rows == read(PLAIN).rows


def test_a_truncated_gzip_is_an_input_error(read: Read) -> None:
    packed = gzip.compress(random.Random(1).randbytes(50_000).hex().encode())
    for broken in (packed[: len(packed) // 2], packed[:2000] + b"\xff" * 50 + packed[2050:]):
        with pytest.raises(InputError, match="damaged gzip"):
            read(broken, "orders.csv.gz")


def test_binary_garbage_is_no_text_file(read: Read) -> None:
    for garbage in (
        random.Random(1).randbytes(5000),
        bytes(5000),
        b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(999),
    ):
        with pytest.raises(InputError, match="is no text file"):
            read(garbage)


def test_a_delimiter_or_encoding_that_cannot_be_is_an_input_error(read: Read) -> None:
    with pytest.raises(InputError, match="delimiter"):
        read(PLAIN, delimiter="||")
    with pytest.raises(InputError, match="encoding"):
        read(PLAIN, encoding="klingon")


def test_a_file_of_many_blocks_keeps_the_order_and_numbers_of_its_rows(read: Read) -> None:
    lines = [f"{n},name {n},{n}.50" if n % 100_000 else f"{n},bad" for n in range(1, 700_001)]
    found = read("id,name,total\n" + "\n".join(lines))
    assert [int(row[0] or 0) for row in found.rows] == found.numbers
    assert [(number, text) for number, _, text in found.malformed] == [
        (n, f"{n},bad") for n in range(100_000, 700_001, 100_000)
    ]
    assert len(found.numbers) == 699_993


def test_a_row_that_lies_across_blocks_is_whole(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_FIRST_BLOCK", 7)
    monkeypatch.setattr(blocks, "_BLOCK", 5)
    found = read('id,name\r\n1,"a\r\nb"\r\n2,Zoë\r\n3,x,y\r\n\r\n4,"c"\r\n')
    assert found.rows == [["1", "a\r\nb"], ["2", "Zoë"], ["4", "c"]]
    assert found.numbers == [1, 2, 4]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff"), max_size=12)
QUOTABLE = st.one_of(CELLS, st.sampled_from(["a,b", 'say "x"', "two\nlines", "a;b|c", "tab\there", ""]))


@given(
    st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(QUOTABLE, min_size=width, max_size=width), max_size=12)),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([5, 40, 2**20]),
)
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[list[str]],
    delimiter: str,
    line_break: str,
    quoting: int,
    encoding: str,
    block: int,
) -> None:
    rows = [[*row, "k"] for row in rows]  # no row is blank
    width = len(rows[0]) if rows else 3
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_break, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([[f"column {n}" for n in range(width)], *rows])
    path = tmp_path_factory.mktemp("written") / "t.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_FIRST_BLOCK", block)
        patch.setattr(blocks, "_BLOCK", block)
        found = reading(open_delivery(path, FileOptions(delimiter=delimiter, header=True)))
    assert found.malformed == []
    assert found.rows == [[cell or None for cell in row] for row in rows]
    assert found.numbers == list(range(1, len(rows) + 1))


LINES = st.one_of(
    st.lists(
        st.sampled_from(["a", "b c", "12", '"q"', '"x,y"', 'z"w', '"open', 'mid"dle"', ""]), min_size=1, max_size=5
    ).map(",".join),
    st.text("ab,\"'", max_size=8),
)


@given(st.lists(LINES, max_size=25), st.sampled_from([6, 33, 2**20]))
def test_no_row_is_ever_lost(tmp_path_factory: pytest.TempPathFactory, lines: list[str], block: int) -> None:
    """However the quotes are, each line is in a row or among the malformed ones, and no number is given twice."""
    path = tmp_path_factory.mktemp("dirty") / "t.csv"
    marked = [f"@{n}@,{line}" for n, line in enumerate(lines)]
    path.write_text("\n".join(["first,second,third,fourth,fifth", *marked]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_FIRST_BLOCK", block)
        patch.setattr(blocks, "_BLOCK", block)
        found = reading(open_delivery(path, FileOptions(delimiter=",", header=True)))
    text = str(found.rows) + str(found.malformed)
    assert all(f"@{n}@" in text for n in range(len(lines)))
    numbers = sorted([*found.numbers, *(number for number, *_ in found.malformed)])
    assert numbers == list(range(1, len(numbers) + 1))
