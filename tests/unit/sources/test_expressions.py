import pytest

from regulars.errors import SettingsError
from regulars.sources.expressions import check_expressions


def test_expressions_over_the_columns_pass() -> None:
    check_expressions(
        ['a "b"', "c"], {"amount": '"a ""b""" || c', "order_id": "row_content", "status": "'paid'"}, "shop"
    )


def test_all_that_do_not_work_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        check_expressions(["a"], {"amount": "b", "status": "upper(", "order_id": "a"}, "shop")
    message = str(caught.value)
    assert message.startswith("2 field(s) of [sources.shop.fields] do not work:")
    assert "  amount = b:" in message
    assert "  status = upper(:" in message
    assert message.endswith("The columns are: a.")


def test_only_an_order_can_have_the_content_of_its_row_as_id() -> None:
    with pytest.raises(SettingsError, match="customer_id = row_content"):
        check_expressions(["a"], {"customer_id": "row_content"}, "shop")


@pytest.mark.parametrize(
    "expression", ["(select 1 from read_csv('/etc/hosts'))", "1) from x; drop table x; --", "sum(a)", "a as b"]
)
def test_an_expression_is_one_value_of_its_row(expression: str) -> None:
    with pytest.raises(SettingsError):
        check_expressions(["a"], {"amount": expression}, "shop")


def test_no_columns_are_no_reason_to_fail() -> None:
    check_expressions([], {}, "shop")
