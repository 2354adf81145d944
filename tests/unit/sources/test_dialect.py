import pytest

from regulars.errors import InputError
from regulars.sources.dialect import Dialect, find_dialect


def dialect(text: str, is_whole: bool = True, delimiter: str | None = None, header: bool | None = None) -> Dialect:
    return find_dialect(text, "t.csv", is_whole=is_whole, delimiter=delimiter, header=header)


def test_the_delimiter_is_the_one_that_fits_every_row() -> None:
    assert dialect('name;note\n1;"a,b"\n2;c,d,e\n').delimiter == ";"
    assert dialect("name\tnote\n1\ta,b\n2\tc,d\n").delimiter == "\t"


def test_decimal_commas_are_no_delimiters() -> None:
    assert dialect("id;total;paid\n1;10,50;1,00\n2;20,50;2,00\n").delimiter == ";"


def test_one_column_is_a_table_too() -> None:
    assert dialect("email\na@b.com\nc@d.com\n") == Dialect(",", ("email",), 1, True)


def test_a_first_row_of_values_is_no_header() -> None:
    for text in ("1,2024-01-01,5.00\n2,2024-01-02,6.00\n", "Ann,a@b.com\nBob,b@c.com\n"):
        assert not dialect(text).has_header
    assert dialect("1,2\n3,4\n").columns == ("column_1", "column_2")


def test_a_header_that_is_known_is_believed() -> None:
    assert dialect("2023,2024\n1,2\n", header=True).columns == ("2023", "2024")
    assert dialect("a,b\nc,d\n", header=False) == Dialect(",", ("column_1", "column_2"), 0, False)


def test_repeated_and_blank_headers_get_names() -> None:
    assert dialect("id,,id\n1,2,3\n").columns == ("id", "column_2", "id_2")


def test_a_header_may_have_line_breaks_in_quotes() -> None:
    assert dialect('id,"order\ndate"\n1,2\n') == Dialect(",", ("id", "order\ndate"), 2, True)


def test_a_header_with_an_open_quote_is_one_line() -> None:
    assert dialect('id,"name\n1,2\n3,4\n').skipped_lines == 1


def test_blank_lines_and_a_sep_line_come_before_the_header() -> None:
    assert dialect("\ufeffsep=|\r\n\r\nid|x\r\n1|2\r\n") == Dialect("|", ("id", "x"), 3, True)


def test_a_line_that_is_cut_off_says_nothing() -> None:
    assert dialect("id,x,y\n1,2,3\n4,", is_whole=False).columns == ("id", "x", "y")


def test_a_tab_may_be_written_in_words() -> None:
    assert dialect("id\tx\n1\t2\n", delimiter="\\t").delimiter == "\t"


@pytest.mark.parametrize("delimiter", ["", ",,", "§", '"', "\n"])
def test_a_delimiter_that_cannot_be_is_an_input_error(delimiter: str) -> None:
    with pytest.raises(InputError, match="cannot be the delimiter"):
        dialect("a,b\n", delimiter=delimiter)


def test_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="is empty"):
        dialect("\n , \n")
