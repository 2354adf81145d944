"""A map as a spreadsheet saves it is read back as it was meant."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.segments import compile_map, lint_map
from regulars.segments.codes import every_code
from regulars.segments.reader import read_map, shipped_segments

OWN = """# name: My map
# bins: 3
# recency: cuts 30 90
segment,rule,description,colour
Best,R>=2 and total>=7,"They buy, often",#000080
Champions,R=3,,
Rest,rest,,
"""


def test_a_map_of_rules_is_read_with_its_settings():
    segment_map, problems = read_map(OWN, "own")
    assert problems == []
    assert lint_map(segment_map) == []
    assert (segment_map.name, segment_map.bins, segment_map.recency.cuts) == ("My map", 3, (30, 90))
    assert segment_map.monetary.method == "quantile"
    assert [s.name for s in segment_map.segments] == ["Best", "Champions", "Rest", "Prospect"]
    assert segment_map.segments[0].description == "They buy, often"


def test_empty_cells_take_what_is_shipped_for_the_name_and_colours_stay_distinct():
    segment_map, _ = read_map(OWN, "own")
    shipped = shipped_segments()
    assert segment_map.segments[1] == shipped["Champions"]
    assert segment_map.segments[3] == shipped["Prospect"]
    assert len({s.colour for s in segment_map.segments}) == 4


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_a_spreadsheet_does_to_the_file_changes_nothing(delimiter):
    """It pads comment lines with empty cells, quotes or splits those with commas, and may part cells by semicolons."""
    rows = [*csv.reader(io.StringIO(OWN.replace("cuts 30 90", "cuts 30, 90")))]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(row + [""] * (4 - len(row)) for row in rows)
    assert read_map(buffer.getvalue(), "own") == read_map(OWN, "own")


def test_a_row_per_code_is_a_map_too():
    rows = [f"{code.digits},{'Good' if code.r_score > 2 else 'Gone'}" for code in every_code(5) if code.is_single_order]
    segment_map, problems = read_map("\n".join(["code,segment", *rows]), "simple")
    assert problems + lint_map(segment_map) == []
    codes, segments = compile_map(segment_map)
    assert segments["segment"].to_pylist() == ["Gone", "Good", "Prospect"]
    assert codes["segment"].to_pylist().count("Good") == 150


@given(st.lists(st.integers(0, 4), min_size=27, max_size=27))
def test_any_partition_written_as_codes_compiles_to_itself(owners):
    codes = sorted({code.digits for code in every_code(3)})
    owned = {owner: [c for c, o in zip(codes, owners, strict=True) if o == owner] for owner in set(owners)}
    lines = ["# bins: 3", "segment,codes", *(f"S{owner},{' '.join(listed)}" for owner, listed in owned.items())]
    segment_map, problems = read_map("\n".join(lines), "own")
    assert problems + lint_map(segment_map) == []
    compiled, _ = compile_map(segment_map)
    found = {f"{r['r_score']}{r['f_score']}{r['m_score']}": r["segment"] for r in compiled.to_pylist()}
    assert found == {code: f"S{owner}" for code, owner in zip(codes, owners, strict=True)}


def test_listed_codes_win_over_rules():
    segment_map, _ = read_map("# bins: 2\nsegment,codes,rule\nAll,,rest\nOne,111,\n", "own")
    assert lint_map(segment_map) == []
    compiled, _ = compile_map(segment_map)
    assert [r["segment"] for r in compiled.to_pylist()].count("One") == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There are no rows"),
        ("# bins: many\nsegment,rule\nA,rest", "bins is `many`"),
        ("# colour: red\nsegment,rule\nA,rest", "Line 1: `colour` is no setting of a map"),
        ("# recency: cuts 90 30\nsegment,rule\nA,rest", "recency is `cuts 90 30`"),
        ("# recency: cuts\nsegment,rule\nA,rest", "recency is `cuts`"),
        ("# monetary: deciles\nsegment,rule\nA,rest", "write quantile, ntile, or cuts"),
        ("segment,rule,color\nA,rest,red", "Unknown columns color"),
        ("segment,rule,rule\nA,rest,", "Columns given twice: rule"),
        ("segment,rule\n,rest", "Line 2 has no segment"),
        ("segment,codes\nA,555,554", "Line 2 has more cells than the header"),
        ("segment,rule,goal\nA,R=5,one\nA,rest,two", "Line 3: A has a second goal"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_line(text, words):
    _, problems = read_map(text, "own")
    assert words in "\n".join(problem.message for problem in problems)


@given(st.text(max_size=200))
def test_no_text_at_all_crashes_the_reader(text):
    segment_map, problems = read_map(text, "own")
    assert isinstance(problems + lint_map(segment_map), list)
