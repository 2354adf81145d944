from __future__ import annotations

from decimal import Decimal

import pytest

from regulars.serve.report.numbers import Change, change, count, money, share


def test_numbers_are_printed_for_people_and_kept_exact_beside() -> None:
    assert (money(Decimal("1234567.89"), "EUR").shown, money(Decimal("1234567.89"), "EUR").exact) == (
        "1,234,568 EUR",
        "1234567.89",
    )
    assert money(Decimal("-0.40"), "").shown == "0"
    assert money(Decimal("37.5"), "GBP", 2).shown == "37.50 GBP"
    assert count(12345).shown == "12,345"
    assert share(Decimal("0.614")).shown == "61 %"


def test_little_is_not_told_as_nothing_and_unknown_not_as_zero() -> None:
    assert share(Decimal("0.001")).shown == "0.1 %"
    assert share(Decimal(0)).shown == "0 %"
    assert money(None, "EUR").shown == share(None).shown == count(None).shown == "–"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (110, 100, Change("up", "+10 %")),
        (Decimal("99"), Decimal("100"), Change("down", "−1.0 %")),
        (100, 100, Change("same", "unchanged")),
        (5000, 100, Change("up", "50 times as much")),
        (5, 0, Change("unknown", "nothing to compare with")),
        (5, None, Change("unknown", "nothing to compare with")),
        (5, -3, Change("unknown", "nothing to compare with")),
    ],
)
def test_a_change_is_told_only_where_there_is_something_to_compare_with(
    now: Decimal | int, before: Decimal | int | None, expected: Change
) -> None:
    assert change(now, before) == expected
