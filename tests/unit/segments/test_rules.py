"""The rule language: what it means, that it is total, and that its errors point at the spot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.segments.codes import Code, every_code
from regulars.segments.rules import AllOf, AnyOf, Comparison, RuleError, parse_rule

SIGNS = ("=", "!=", "<", "<=", ">", ">=")
score_comparisons = st.builds(Comparison, st.sampled_from("RFM"), st.sampled_from(SIGNS), st.integers(1, 5))
total_comparisons = st.builds(Comparison, st.just("total"), st.sampled_from(SIGNS), st.integers(3, 15))
order_comparisons = st.sampled_from([Comparison("orders", "=", 1), Comparison("orders", ">", 1)])
rules = st.recursive(
    st.one_of(score_comparisons, total_comparisons, order_comparisons),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=8,
)


def test_and_binds_tighter_than_or_and_parentheses_win():
    loose = parse_rule("R=5 or F=5 and M=5", 5)
    tight = parse_rule("(R=5 or F=5) and M=5", 5)
    assert loose.holds(Code(5, 1, 1, False))
    assert not tight.holds(Code(5, 1, 1, False))
    assert tight.holds(Code(1, 5, 5, False))


def test_total_is_the_sum_of_the_scores():
    assert parse_rule("total >= 12", 5).holds(Code(4, 4, 4, False))
    assert not parse_rule("total >= 12", 5).holds(Code(4, 4, 3, False))


@pytest.mark.parametrize("one", ["orders=1", "orders<2", "orders<=1", "Orders == 1"])
@pytest.mark.parametrize("more", ["orders>1", "orders>=2", "orders!=1", "orders <> 1"])
def test_orders_tells_one_from_more(one, more):
    single, several = Code(3, 3, 3, True), Code(3, 3, 3, False)
    assert parse_rule(one, 5).holds(single)
    assert not parse_rule(one, 5).holds(several)
    assert parse_rule(more, 5).holds(several)
    assert not parse_rule(more, 5).holds(single)


def test_rest_holds_for_every_code():
    rule = parse_rule(" Rest ", 5)
    assert all(rule.holds(code) for code in every_code(5))
    assert str(rule) == "rest"


def test_case_blanks_and_typographic_signs_do_not_matter():
    assert str(parse_rule("r≥4   AND(f ≤ 2 Or m≠3)", 5)) == "R>=4 and (F<=2 or M!=3)"


@given(rules)
def test_a_rule_written_out_and_read_again_means_the_same(rule):
    again = parse_rule(str(rule), 5)
    assert [again.holds(code) for code in every_code(5)] == [rule.holds(code) for code in every_code(5)]
    assert str(again) == str(parse_rule(str(again), 5))


@given(st.text(alphabet="RFMorandtlest ()=<>!≥0123456789_.'\"", max_size=40))
def test_any_text_is_a_rule_or_a_rule_error(text):
    try:
        rule = parse_rule(text, 5)
    except RuleError as error:
        assert str(error)
    else:
        assert rule.holds(Code(1, 1, 1, True)) in (True, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found the end"),
        ("R>=", "expected a whole number, found the end"),
        ("R>=4 and", "expected one of R, F, M, total and orders, found the end"),
        ("R>=4 F>=4", "expected `and`, `or` or the end, found `F`"),
        ("(R>=4", "a parenthesis is not closed"),
        ("R>=4)", "found `)`"),
        ("recency<=30", "expected one of R, F, M, total and orders, found `recency`"),
        ("R 4", "expected one of = != < <= > >=, found `4`"),
        ("__import__('os')", "cannot read `__import__"),
        ("R>=6", "R runs from 1 to 5"),
        ("total>2 and total>=16", "total runs from 3 to 15"),
        ("orders>=3", "write orders=1 or orders>1"),
        ("(" * 500 + "R=1" + ")" * 500, "more than 20 parentheses"),
    ],
)
def test_an_error_says_what_was_expected_where(text, words):
    with pytest.raises(RuleError) as caught:
        parse_rule(text, 5)
    assert words in str(caught.value)
