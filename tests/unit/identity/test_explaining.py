"""What every comparison says of a pair adds up to what matching said."""

from __future__ import annotations

import pytest
from tests.unit.identity.labelled import read_labelled

from regulars.errors import InputError
from regulars.identity.explaining import explain_pair
from regulars.identity.person_model import shipped_model
from regulars.identity.probabilistic import RATE, match_pairs


def test_the_weights_add_up_to_what_matching_gave(shared_data) -> None:
    people = read_labelled(shared_data, "fake_1000").people
    found = match_pairs(people, shipped_model(), 0.5)
    rate = float(found.schema.metadata[RATE])
    for pair in found.slice(3, 5).to_pylist():
        left, right = pair["left_number"], pair["right_number"]
        told = explain_pair(people, left, right, shipped_model(), matches_per_record=rate)
        assert told.match_weight == pytest.approx(pair["match_weight"])
        assert told.probability == pytest.approx(pair["probability"])
        assert told.start + sum(one.weight for one in told.comparisons) == pytest.approx(told.match_weight)


def test_either_may_be_named_first_and_levels_are_told_in_words(shared_data) -> None:
    people = read_labelled(shared_data, "fake_1000").people
    told, turned = (explain_pair(people, *pair, shipped_model()) for pair in ((3, 2), (2, 3)))
    assert told.match_weight == turned.match_weight
    names, others = told.comparisons[0], turned.comparisons[0]
    assert (names.comparison, names.level, names.left, names.right) == (
        "first_name",
        "a short form",
        ("rob",),
        ("robert",),
    )
    assert (others.left, others.right) == (names.right, names.left)
    place = told.comparisons[-1]
    assert (place.comparison, place.level, place.weight) == ("place", "missing", 0.0)


def test_a_customer_without_a_record_is_refused(shared_data) -> None:
    people = read_labelled(shared_data, "fake_1000").people
    with pytest.raises(InputError, match="cannot be compared"):
        explain_pair(people, 1, 5000, shipped_model())
