from collections.abc import Callable
from pathlib import Path

from regulars.sources import detect, open_delivery
from regulars.sources.preview import preview


def test_a_preview_tells_how_a_file_would_be_read(write: Callable[..., Path]) -> None:
    text = 'order_id,email,date,am"ount,extra,blank\n1,,01/02/2024,5,x,\n2,a@b.com,01/02/2024,6,y,\n'
    delivery = open_delivery(write(text.replace('am"ount', "amount")))
    mapping = detect(delivery.columns, delivery.sample(), delivery.name)
    found = preview(delivery, mapping, rows=1)
    assert found.mapping is mapping
    assert found.columns.to_pylist() == [
        {"column": "order_id", "field": "order_id", "example": "1"},
        {"column": "email", "field": "email", "example": "a@b.com"},
        {"column": "date", "field": "ordered_at", "example": "01/02/2024"},
        {"column": "amount", "field": "amount", "example": "5"},
        {"column": "extra", "field": None, "example": "x"},
        {"column": "blank", "field": None, "example": None},
    ]
    assert found.rows.num_rows == 1
    assert any("day first" in warning for warning in found.warnings)


def test_a_column_with_quotes_in_its_name_is_shown_with_its_field(write: Callable[..., Path]) -> None:
    delivery = open_delivery(write('order_id,email,date,amount,"st""ore"\n1,a@b.com,2024-01-02,5,Berlin\n'))
    found = preview(delivery, detect(delivery.columns, delivery.sample(), delivery.name))
    assert found.columns.column("field").to_pylist()[-1] == "store"
