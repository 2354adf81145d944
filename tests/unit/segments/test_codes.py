"""Codes and the patterns that stand for several of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.segments.codes import CodeError, every_code, expand_pattern, split_patterns


def test_every_code_is_listed_once_with_one_order_and_with_more():
    codes = every_code(4)
    assert len(codes) == len(set(codes)) == 4**3 * 2
    assert codes == sorted(codes)


def test_a_pattern_expands_stars_choices_and_ranges():
    assert expand_pattern("545", 5) == ["545"]
    assert expand_pattern("5*1", 3 + 2) == ["511", "521", "531", "541", "551"]
    assert expand_pattern("[12][34]*", 4) == [f"{r}{f}{m}" for r in (1, 2) for f in (3, 4) for m in (1, 2, 3, 4)]
    assert expand_pattern("[2-4]1[15]", 5) == ["211", "215", "311", "315", "411", "415"]


def test_a_cell_may_part_its_codes_by_blanks_commas_or_semicolons():
    assert split_patterns(" 555 554,545;\n5*1 ,") == ["555", "554", "545", "5*1"]
    assert split_patterns("  ") == []


@pytest.mark.parametrize("pattern", ["55", "5555", "abc", "5?1", "[]11", "[1-]11", "5 1", "٥٥٥x"])
def test_a_malformed_pattern_is_refused_by_name(pattern):
    with pytest.raises(CodeError, match=re.escape(pattern)):
        expand_pattern(pattern, 5)


@pytest.mark.parametrize("pattern", ["611", "011", "5[46]1", "[3-1]11"])
def test_a_pattern_that_leaves_the_scores_is_refused(pattern):
    with pytest.raises(CodeError, match="leaves the scores 1 to 5"):
        expand_pattern(pattern, 5)


@given(st.lists(st.sets(st.integers(1, 5), min_size=1), min_size=3, max_size=3))
def test_a_pattern_expands_to_exactly_the_codes_whose_scores_it_names(places):
    pattern = "".join("[" + "".join(map(str, sorted(scores))) + "]" for scores in places)
    expected = {c.digits for c in every_code(5) if all(int(d) in s for d, s in zip(c.digits, places, strict=True))}
    expanded = expand_pattern(pattern, 5)
    assert set(expanded) == expected
    assert len(expanded) == len(expected)
