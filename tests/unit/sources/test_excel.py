import datetime as dt
import struct
from pathlib import Path

import pytest
import xlsxwriter

from regulars.errors import InputError
from regulars.sources import FileOptions, open_delivery

from .conftest import reading


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Empty")
        orders = book.add_worksheet("Orders")
        orders.write_row(1, 0, ["id", "id", "when", "paid", "total"])
        for row, total in ((3, 10.5), (4, 20)):
            orders.write_row(row, 0, [f"A{row}", row])
            orders.write_datetime(row, 2, dt.datetime(2024, 1, row), book.add_format({"num_format": "yyyy-mm-dd"}))
            orders.write_boolean(row, 3, True)
            orders.write_number(row, 4, total)
        book.add_worksheet("Notes").write_row(0, 0, ["note"])
    return path


def test_the_first_sheet_with_anything_in_it_is_read(workbook: Path) -> None:
    found = reading(open_delivery(workbook))
    assert found.columns == ["id", "id_2", "when", "paid", "total"]
    assert [row[0] for row in found.rows] == ["A3", "A4"]
    assert [row[4] for row in found.rows] == ["10.5", "20"]
    assert (found.rows[0][2] or "").startswith("2024-01-03")
    assert found.numbers == [1, 2]


def test_a_sheet_may_be_named_or_numbered(workbook: Path) -> None:
    assert reading(open_delivery(workbook, FileOptions(sheet="Notes"))).columns == ["note"]
    assert reading(open_delivery(workbook, FileOptions(sheet=2))).rows == []


def test_a_sheet_that_is_not_there_is_named_beside_those_that_are(workbook: Path) -> None:
    with pytest.raises(InputError, match=r"no sheet 'Sales'. It has: Empty, Orders, Notes"):
        open_delivery(workbook, FileOptions(sheet="Sales"))


def test_a_workbook_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet()
    with pytest.raises(InputError, match="is empty"):
        open_delivery(path)


def test_a_damaged_workbook_is_an_input_error(workbook: Path) -> None:
    content = workbook.read_bytes()
    for broken in (
        content[: len(content) // 2],
        content[:100] + bytes(500) + content[600:],
        b"PK\x03\x04" + bytes(100),
    ):
        workbook.write_bytes(broken)
        with pytest.raises(InputError, match="damaged workbook"):
            reading(open_delivery(workbook))


def test_a_workbook_with_a_password_is_told(tmp_path: Path) -> None:
    path = tmp_path / "secret.xlsx"
    path.write_bytes(_container("EncryptedPackage"))
    with pytest.raises(InputError, match="protected with a password"):
        open_delivery(path)


def test_another_ole_container_is_a_damaged_workbook(tmp_path: Path) -> None:
    path = tmp_path / "letter.xls"
    path.write_bytes(_container("WordDocument"))
    with pytest.raises(InputError, match="damaged workbook"):
        open_delivery(path)


def test_the_shops_workbook_has_its_known_rows(shared_data: Path) -> None:
    found = open_delivery(shared_data / "Online Retail.xlsx")
    assert found.columns[:2] == ["InvoiceNo", "StockCode"]
    assert sum(batch.num_rows for batch in found.batches()) == 541_909


def _container(stream: str) -> bytes:
    """An OLE container with one small stream: a header, a sector of its allocation table, one of its directory."""
    unused = 0xFFFFFFFF
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[unused] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[unused] * 126)
    return header + table + _entry("Root Entry", 5, child=1) + _entry(stream, 2, unused) + bytes(256)


def _entry(name: str, kind: int, child: int) -> bytes:
    text = name.encode("utf-16-le")
    links = struct.pack("<BBIII", kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    entry = (
        text.ljust(64, b"\0") + struct.pack("<H", len(text) + 2) + links + bytes(36) + struct.pack("<IQ", 0xFFFFFFFE, 0)
    )
    return entry.ljust(128, b"\0")
