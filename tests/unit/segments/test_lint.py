"""The linter finds each fault that can be put into a map, and nothing in a sound one."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.segments import Clause, Segment, lint_map, load_map, shipped_maps
from regulars.segments.codes import every_code
from regulars.settings import MetricScoring

ELEVEN = load_map("eleven")
SEVEN = load_map("seven")
CODES = sorted({code.digits for code in every_code(5)})


def kinds(segment_map):
    return {problem.kind for problem in lint_map(segment_map)}


def messages(segment_map):
    return "\n".join(problem.message for problem in lint_map(segment_map))


def with_clause(segment_map, number, **changes):
    clauses = list(segment_map.clauses)
    clauses[number] = replace(clauses[number], **changes)
    return replace(segment_map, clauses=tuple(clauses))


@pytest.mark.parametrize("name", shipped_maps())
def test_shipped_maps_have_no_problem(name):
    assert lint_map(load_map(name)) == []


@given(st.sampled_from(CODES))
def test_a_code_taken_out_is_named(code):
    clauses = tuple(replace(c, codes=" ".join(set(c.codes.split()) - {code})) for c in ELEVEN.clauses)
    problems = lint_map(replace(ELEVEN, clauses=clauses))
    assert [p.kind for p in problems] == ["coverage"]
    assert problems[0].message.startswith(f"Code {code} is in no segment")


@given(st.sampled_from(CODES), st.integers(0, len(ELEVEN.clauses) - 1))
def test_a_code_listed_again_is_named_with_its_places(code, number):
    broken = with_clause(ELEVEN, number, codes=f"{ELEVEN.clauses[number].codes} {code}")
    problems = lint_map(broken)
    assert [p.kind for p in problems] == ["overlap"]
    assert code in problems[0].message
    assert ELEVEN.clauses[number].segment in problems[0].message


def test_many_codes_without_a_segment_are_one_problem():
    text = messages(replace(ELEVEN, clauses=ELEVEN.clauses[:1]))
    assert "and 88 more are in no segment" in text


def test_a_rule_that_leaves_a_hole_for_one_order_says_so():
    clauses = (Clause("Champions", rule="orders>1"), Clause("Lost", rule="R<=3"))
    segments = (Segment("Champions", colour="#000000"), Segment("Lost", colour="#111111"), SEVEN.segments[-1])
    text = messages(replace(SEVEN, clauses=clauses, segments=segments))
    assert "411 (one order)" in text
    assert "311" not in text


def test_a_rule_below_one_that_takes_all_is_unreachable():
    clauses = (*SEVEN.clauses[:-1], SEVEN.clauses[-1], Clause("Others", rule="R=2 and F=4", line=99))
    problems = lint_map(replace(SEVEN, clauses=clauses))
    assert [p.kind for p in problems] == ["unreachable"]
    assert "Others (line 99): `R=2 and F=4` decides no code" in problems[0].message


def test_a_segment_without_codes_is_unreachable():
    broken = replace(ELEVEN, segments=(Segment("Whales", colour="#123456"), *ELEVEN.segments))
    assert messages(broken) == "Whales has no codes and no rule: give some or drop it."


def test_codes_of_a_segment_that_is_not_in_the_map_are_found():
    assert "`Champoins`" in messages(with_clause(ELEVEN, 0, segment="Champoins"))
    assert "unknown" in kinds(with_clause(ELEVEN, 0, segment="Champoins"))


def test_one_name_in_two_spellings_is_found():
    segments = (Segment("at  risk", colour="#123456"), *ELEVEN.segments)
    assert "name" in kinds(replace(ELEVEN, segments=segments))


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#GGGGGG"])
def test_a_missing_or_malformed_colour_is_found(colour):
    segments = (replace(ELEVEN.segments[0], colour=colour), *ELEVEN.segments[1:])
    assert kinds(replace(ELEVEN, segments=segments)) == {"colour"}


def test_two_segments_of_one_colour_are_found():
    segments = (replace(ELEVEN.segments[0], colour=ELEVEN.segments[1].colour.lower()), *ELEVEN.segments[1:])
    assert "Champions and Loyal have the same colour" in messages(replace(ELEVEN, segments=segments))


def test_bad_rules_and_codes_are_all_listed_and_hide_the_holes_they_leave():
    broken = with_clause(with_clause(SEVEN, 0, rule="R=4 und F=4"), 3, rule="R>=3 and F=9")
    problems = lint_map(broken)
    assert [p.kind for p in problems] == ["rule", "rule"]
    assert "Champions (line 7)" in problems[0].message
    assert "Promising" in problems[1].message
    assert kinds(with_clause(ELEVEN, 0, codes="555 5x4 616")) == {"code"}


def test_a_row_needs_codes_or_a_rule_and_not_both():
    assert "has neither codes nor a rule" in messages(with_clause(ELEVEN, 0, codes=""))
    assert "has codes and a rule" in messages(with_clause(ELEVEN, 0, rule="R=5"))


def test_cut_points_must_be_one_fewer_than_the_scores():
    cuts = MetricScoring(method="cuts", cuts=(Decimal(30), Decimal(60)))
    assert messages(replace(ELEVEN, recency=cuts)) == "recency has 2 cut points for 5 scores: give 4."


@pytest.mark.parametrize("bins", [0, 1, 10, 500])
def test_scores_must_be_one_digit(bins):
    assert kinds(replace(ELEVEN, bins=bins)) == {"bins"}


def test_prospect_must_be_last_and_have_no_codes():
    assert "prospect" in kinds(replace(ELEVEN, segments=ELEVEN.segments[::-1]))
    assert "prospect" in kinds(replace(ELEVEN, segments=ELEVEN.segments[:-1]))
    assert "prospect" in kinds(with_clause(ELEVEN, 0, segment="Prospect"))
