"""The way from one key to another is the shortest, of equally short ones the surest, and absent when there is none."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from regulars.identity.path import Link, shortest_path

LINKS = st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")).filter(lambda p: p[0] != p[1]))


def test_steps_are_read_from_the_first_to_the_last() -> None:
    links = [Link("c", "b", "phone", "+441"), Link("a", "b", "email", "x@y.test"), Link("c", "d", "match", "0.97")]
    assert shortest_path(links, "a", "d") == [
        Link("a", "b", "email", "x@y.test"),
        Link("b", "c", "phone", "+441"),
        Link("c", "d", "match", "0.97"),
    ]


def test_a_sure_way_is_better_than_an_equally_short_one() -> None:
    links = [Link("a", "b", "match", "0.99"), Link("b", "d", "email", "e"), Link("a", "c", "email", "e"),
             Link("c", "d", "email", "e"), Link("a", "x", "email", "f"), Link("x", "y", "email", "f")]  # fmt: skip
    assert [link.right for link in shortest_path(links, "a", "d")] == ["c", "d"]


def test_there_is_no_way_to_who_is_not_linked() -> None:
    assert shortest_path([Link("a", "b", "email", "e")], "a", "c") == []
    assert shortest_path([], "a", "a") == []


@given(LINKS)
def test_the_way_is_as_long_as_the_distance(pairs) -> None:
    links = [Link(left, right, "email", "e") for left, right in pairs]
    reached, steps = {"a"}, 0
    while "g" not in reached:
        more = reached | {other for x, y in pairs for one, other in ((x, y), (y, x)) if one in reached}
        if more == reached:
            break
        reached, steps = more, steps + 1
    path = shortest_path(links, "a", "g")
    assert len(path) == (steps if "g" in reached else 0)
    for one, other in pairwise(path):
        assert one.right == other.left
