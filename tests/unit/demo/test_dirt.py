"""The dirt is there at its known rates, is counted right, and each kind is what it says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.demo.asking import Ask, truth

from regulars.demo.dirt import (
    LOWER,
    UPPER,
    add_signs,
    add_spaces,
    break_emails,
    change_case,
    decide_customer_dirt,
    exact_share,
)
from regulars.demo.options import GeneratedShop
from regulars.demo.recipe import read_recipe


def marks(*kinds: int) -> np.ndarray:
    return np.array(kinds, dtype=np.int8)


def test_each_kind_of_dirt_has_just_its_share_of_the_rows() -> None:
    dirt = decide_customer_dirt(10_000, read_recipe().dirt, True, np.random.default_rng(1))
    assert np.bincount(dirt.email).tolist() == [9_000, 125, 125, 125, 125, 500]
    assert dirt.is_phone_missing.sum() == 1_000
    assert (dirt.case != 0).sum() == 2_000
    assert (dirt.spaces != 0).sum() == 1_000
    assert (dirt.signs != 0).sum() == 200


def test_a_share_is_met_to_the_row() -> None:
    assert (exact_share(7, 0.5, [1, 2], np.random.default_rng(1)) != 0).sum() == round(3.5)


def test_fifteen_percent_of_the_rows_are_duplicates(ask_dirty: Ask) -> None:
    [(share,)] = ask_dirty("select avg(case when is_duplicate then 1 else 0 end) from identity")
    assert share == pytest.approx(0.15, abs=0.001)


def test_the_customers_file_has_the_dirt_that_the_counts_say(ask_dirty: Ask, dirty_shop: GeneratedShop) -> None:
    counts = truth(dirty_shop, "counts")["dirty_customer_records"]
    [row] = ask_dirty(r"""
        select count(*) - count(email),
            count(*) filter (email is not null and not regexp_full_match(trim(email), '[^@\s]+@[^@\s]+\.[a-zA-Z]+')),
            count(*) - count(phone),
            count(*) filter (regexp_matches(first_name || last_name, '[™©]')),
            count(*) filter (regexp_matches(first_name, '^ | $')),
            count(*)
        from customers
    """)
    assert row[:5] == tuple(
        counts[kind] for kind in ("null_emails", "malformed_emails", "null_phones", "trademark_signs", "stray_spaces")
    )
    shares = [count / row[5] for count in row[:5]]
    assert shares == pytest.approx([0.05, 0.05, 0.10, 0.02, 0.10], abs=0.001)


def test_dates_come_in_four_formats_as_counted(ask_dirty: Ask, dirty_shop: GeneratedShop) -> None:
    counts = truth(dirty_shop, "counts")["date_formats"]
    patterns = {
        "YYYY-MM-DD": r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?",
        "DD/MM/YYYY": r"[0-3]\d/[01]\d/\d{4}",
        "MM-DD-YYYY": r"[01]\d-[0-3]\d-\d{4}",
        "YYYY/MM/DD HH:MM:SS": r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d",
    }
    for table, column in (("customers", "created_at"), ("customers", "birth_date"), ("orders", "ordered_at")):
        for style, pattern in patterns.items():
            found = ask_dirty(f"select count(*) from {table} where regexp_full_match({column}, '{pattern}')")
            assert found == [(counts[column][style],)]


def test_a_clean_shop_has_no_dirt(ask_clean: Ask, clean_shop: GeneratedShop) -> None:
    counts = truth(clean_shop, "counts")
    assert counts["customer_records"]["duplicates"] == 0
    assert set(counts["dirty_customer_records"].values()) == {0}
    assert ask_clean(
        "select count(*) from customers where email is null or phone is null or email <> lower(email)"
    ) == [(0,)]


def test_broken_addresses_are_no_addresses() -> None:
    emails = pa.array(["anna@mail.example.com"] * 6)
    assert break_emails(emails, marks(0, 1, 2, 3, 4, 5)).to_pylist() == [
        "anna@mail.example.com",
        "annamail.example.com",
        "anna@@mail.example.com",
        "anna at mail.example.com",
        "anna@",
        None,
    ]


def test_case_spaces_and_signs_leave_clean_rows_alone() -> None:
    names = pa.array(["Zoë", "Zoë", "zoë", "Zoë"])
    assert change_case(names, marks(0, UPPER, LOWER, LOWER)).to_pylist() == ["Zoë", "ZOË", "Zoë", "zoë"]
    assert add_spaces(names, marks(0, 1, 2, 0)).to_pylist() == ["Zoë", "  Zoë", "zoë ", "Zoë"]
    assert add_signs(names, marks(0, 1, 2, 0)).to_pylist() == ["Zoë", "Zoë™", "zoë ©", "Zoë"]
