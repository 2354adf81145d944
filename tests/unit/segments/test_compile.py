"""Compiled maps are partitions and agree with what the shipped lists and rules say."""

import pytest

from regulars import catalog
from regulars.segments import SegmentMap, compile_map, load_map, shipped_maps


def segments_by_code(name: str | SegmentMap) -> dict[tuple[str, bool], str]:
    codes, _ = compile_map(load_map(name) if isinstance(name, str) else name)
    return {
        (f"{row['r_score']}{row['f_score']}{row['m_score']}", row["is_single_order"]): row["segment"]
        for row in codes.to_pylist()
    }


@pytest.mark.parametrize("name", shipped_maps())
def test_every_code_is_in_exactly_one_segment(name):
    segment_map = load_map(name)
    codes, segments = compile_map(segment_map)
    keys = list(zip(*(codes[c].to_pylist() for c in catalog.SEGMENT_CODES.column_names[:4]), strict=True))
    assert len(keys) == len(set(keys)) == segment_map.bins**3 * 2
    assert set(codes["segment"].to_pylist()) == set(segments["segment"].to_pylist()) - {"Prospect"}
    assert all(codes["rule"].to_pylist())


@pytest.mark.parametrize("name", shipped_maps())
def test_prospect_is_the_last_segment_of_every_map(name):
    _, segments = compile_map(load_map(name))
    assert segments["segment"].to_pylist()[-1] == "Prospect"
    assert segments["position"].to_pylist() == list(range(1, segments.num_rows + 1))


def test_tables_have_the_columns_of_the_catalog():
    codes, segments = compile_map(load_map("eleven"))
    assert tuple(codes.column_names) == catalog.SEGMENT_CODES.column_names
    assert tuple(segments.column_names) == catalog.SEGMENTS.column_names


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("eleven", dict(zip(
            ["Champions", "Loyal", "Potential Loyalist", "New Customers", "Promising", "Need Attention",
             "About To Sleep", "At Risk", "Cannot Lose", "Hibernating", "Lost"],
            [7, 8, 24, 7, 16, 8, 8, 22, 8, 11, 6], strict=True))),
        ("six", {"Champions": 3, "Loyal": 5, "Recent": 5, "Needs Attention": 5, "At Risk": 5, "Inactive": 4}),
    ],
)  # fmt: skip
def test_maps_by_code_have_as_many_codes_a_segment_as_the_printed_lists(name, count):
    found = [segment for (_, is_single), segment in segments_by_code(name).items() if is_single]
    assert {segment: found.count(segment) for segment in set(found)} == count


@pytest.mark.parametrize(
    ("name", "code", "segment"),
    [
        ("eleven", "555", "Champions"),
        ("eleven", "543", "Loyal"),
        ("eleven", "323", "Potential Loyalist"),
        ("eleven", "311", "New Customers"),
        ("eleven", "413", "Promising"),
        ("eleven", "324", "Need Attention"),
        ("eleven", "251", "About To Sleep"),
        ("eleven", "124", "At Risk"),
        ("eleven", "144", "Cannot Lose"),
        ("eleven", "332", "Hibernating"),
        ("eleven", "151", "Lost"),
        ("ten", "221", "Hibernating"),
        ("ten", "145", "At Risk"),
        ("ten", "251", "Cannot Lose"),
        ("ten", "325", "About To Sleep"),
        ("ten", "333", "Need Attention"),
        ("ten", "355", "Loyal"),
        ("ten", "445", "Loyal"),
        ("ten", "415", "Promising"),
        ("ten", "511", "New Customers"),
        ("ten", "421", "Potential Loyalist"),
        ("ten", "535", "Potential Loyalist"),
        ("ten", "541", "Champions"),
        ("eight", "444", "VIP"),
        ("eight", "434", "Champion"),
        ("eight", "343", "Loyal"),
        ("eight", "233", "At Risk"),
        ("eight", "422", "Promising"),
        ("eight", "222", "Lost"),
        ("eight", "333", "Need Attention"),
        ("seven", "444", "Champions"),
        ("seven", "233", "Loyal Customers"),
        ("seven", "421", "Potential Loyalists"),
        ("seven", "314", "Promising"),
        ("seven", "114", "Lost"),
        ("seven", "124", "At Risk"),
        ("seven", "133", "At Risk"),
        ("seven", "241", "Others"),
        ("six", "323", "Champions"),
        ("six", "233", "Loyal"),
        ("six", "222", "Recent"),
        ("six", "133", "Needs Attention"),
        ("six", "211", "At Risk"),
        ("six", "121", "Inactive"),
    ],
)
def test_codes_belong_where_the_product_page_says(name, code, segment):
    assert segments_by_code(name)[code, False] == segment


def test_in_eight_one_recent_order_makes_a_customer_new():
    by_code = segments_by_code("eight")
    assert by_code["411", True] == "New"
    assert by_code["411", False] == "Promising"
    assert by_code["444", True] == "VIP"
    assert by_code["311", True] == "Need Attention"


def test_the_rule_says_in_words_why():
    codes, _ = compile_map(load_map("eleven"))
    assert "code 545 of Champions" in codes["rule"].to_pylist()
    codes, _ = compile_map(load_map("eight"))
    assert set(codes["rule"].to_pylist()) >= {"R>=4 and F>=4 and M>=4", "the rest: no rule above holds"}
